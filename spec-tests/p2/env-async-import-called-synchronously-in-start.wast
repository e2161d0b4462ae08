;;! title = "Whether the host takes an asynchronous import that returns at once for one that blocks is recorded"
;;! rules = ["CM-ASYNC-19"]
;;! needs = ["wasip2", "component-async"]
;;! [run]
;;! kind = "component"
;;! main = "$Main"
;;! times = 0
(component definition $Main
  (import "wasi:clocks/monotonic-clock@0.3.0" (instance $clock
    (export "wait-for" (func async (param "how-long" u64)))))
  (core func $wait (canon lower (func $clock "wait-for")))
  (core module $M
    (import "" "wait" (func $wait (param i64)))
    (func $start (call $wait (i64.const 0)))
    (start $start))
  (core instance (instantiate $M (with "" (instance (export "wait" (func $wait)))))))
