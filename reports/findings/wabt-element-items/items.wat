(module
  (import "A" "g" (global $g funcref))
  (table 1 funcref)
  (elem (table 0) (i32.const 0) funcref (item (global.get $g))))
