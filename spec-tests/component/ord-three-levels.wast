;;! title = "Three levels that share two modules run their start functions in the order of their definitions"
;;! rules = ["CM-ORD-01", "CM-ORD-03", "CM-ORD-04", "CM-INST-01", "CM-CALL-01", "CM-ORD-06"]
;;! needs = ["component-model"]
(component $Host
  (core module $M
    (global $n (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $n (i32.add (i32.mul (global.get $n) (i32.const 10)) (local.get 0))))
    (func (export "seen") (result i32) (global.get $n)))
  (core instance $m (instantiate $M))
  (func (export "log") (param "id" u32) (canon lift (core func $m "log")))
  (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
(register "host" $Host)
(component $Top
  (import "host" (instance $host (export "log" (func (param "id" u32)))))
  (core module $Ids
    (global (export "one") i32 (i32.const 1))
    (global (export "two") i32 (i32.const 2))
    (global (export "three") i32 (i32.const 3))
    (global (export "four") i32 (i32.const 4))
    (global (export "five") i32 (i32.const 5)))
  (core module $Start
    (import "env" "log" (func $log (param i32)))
    (import "env" "id" (global $id i32))
    (func $start (call $log (global.get $id)))
    (start $start))
  (component $Middle
    (import "log" (func $log (param "id" u32)))
    (alias outer $Top $Ids (core module $Ids))
    (alias outer $Top $Start (core module $Start))
    (component $Bottom
      (import "log" (func $log (param "id" u32)))
      (alias outer $Top $Ids (core module $Ids))
      (alias outer $Top $Start (core module $Start))
      (core func $log' (canon lower (func $log)))
      (core instance $ids (instantiate $Ids))
      (core instance $only (instantiate $Start
        (with "env" (instance (export "log" (func $log')) (export "id" (global $ids "three")))))))
    (core func $log' (canon lower (func $log)))
    (core instance $ids (instantiate $Ids))
    (core instance $before (instantiate $Start
      (with "env" (instance (export "log" (func $log')) (export "id" (global $ids "two"))))))
    (instance $bottom (instantiate $Bottom (with "log" (func $log))))
    (core instance $after (instantiate $Start
      (with "env" (instance (export "log" (func $log')) (export "id" (global $ids "four")))))))
  (core func $log' (canon lower (func $host "log")))
  (core instance $ids (instantiate $Ids))
  (core instance $before (instantiate $Start
    (with "env" (instance (export "log" (func $log')) (export "id" (global $ids "one"))))))
  (instance $middle (instantiate $Middle (with "log" (func $host "log"))))
  (core instance $after (instantiate $Start
    (with "env" (instance (export "log" (func $log')) (export "id" (global $ids "five")))))))
(assert_return (invoke $Host "seen") (u32.const 12345))
;;= /$Top component begun
;;= /$Top import "" "host" instance
;;= /$Top/$before import "env" "log" func
;;= /$Top/$before import "env" "id" global
;;= /$Top/$before allocated func 1
;;= /$Top/$before start 1 entered
;;= /$Top lifted "func 0 params" (u32:1)
;;= /$Top/$before start 1 left
;;= /$Top/$before done
;;= /$Top/$middle component begun
;;= /$Top/$middle import "" "log" func
;;= /$Top/$middle/$before import "env" "log" func
;;= /$Top/$middle/$before import "env" "id" global
;;= /$Top/$middle/$before allocated func 1
;;= /$Top/$middle/$before start 1 entered
;;= /$Top/$middle lifted "func 0 params" (u32:2)
;;= /$Top/$middle/$before start 1 left
;;= /$Top/$middle/$before done
;;= /$Top/$middle/$bottom component begun
;;= /$Top/$middle/$bottom import "" "log" func
;;= /$Top/$middle/$bottom/$only import "env" "log" func
;;= /$Top/$middle/$bottom/$only import "env" "id" global
;;= /$Top/$middle/$bottom/$only allocated func 1
;;= /$Top/$middle/$bottom/$only start 1 entered
;;= /$Top/$middle/$bottom lifted "func 0 params" (u32:3)
;;= /$Top/$middle/$bottom/$only start 1 left
;;= /$Top/$middle/$bottom/$only done
;;= /$Top/$middle/$bottom component done
;;= /$Top/$middle/$after import "env" "log" func
;;= /$Top/$middle/$after import "env" "id" global
;;= /$Top/$middle/$after allocated func 1
;;= /$Top/$middle/$after start 1 entered
;;= /$Top/$middle lifted "func 0 params" (u32:4)
;;= /$Top/$middle/$after start 1 left
;;= /$Top/$middle/$after done
;;= /$Top/$middle component done
;;= /$Top/$after import "env" "log" func
;;= /$Top/$after import "env" "id" global
;;= /$Top/$after allocated func 1
;;= /$Top/$after start 1 entered
;;= /$Top lifted "func 0 params" (u32:5)
;;= /$Top/$after start 1 left
;;= /$Top/$after done
;;= /$Top component done
