;;! title = "An exception that a host function throws is caught in start, or fails the instantiation"
;;! rules = ["EMB-HOST-02", "CORE-START-15"]
;;! needs = ["exception-handling"]
;;! [[hosts]]
;;! name = "host.throw"
;;! does = { throw = { of = "t", export = "tag", args = [7] } }
(module $T
  (tag (export "tag") (param i32)))
(register "t" $T)
(module $A
  (import "host" "throw" (func $throw))
  (import "t" "tag" (tag $tag (param i32)))
  (global $caught (mut i32) (i32.const 0))
  (func $start
    (block $catch (result i32)
      (try_table (catch $tag $catch) (call $throw))
      (unreachable))
    (global.set $caught))
  (func (export "caught") (result i32) (global.get $caught))
  (start $start))
(assert_return (invoke $A "caught") (i32.const 7))
(assert_exception
  (module
    (import "host" "throw" (func $throw))
    (start $throw)))
;;= /#0 import "host" "throw" func
;;= /#0 allocated
;;= /#0 start 0 entered
;;= /#0 host host.throw ()
;;= /#0 throw (i32:7) in start
