(component
  (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error-type))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "output-stream" (type $stream (sub resource)))
    (alias outer 1 $error-type (type $e))
    (export "error" (type $error (eq $e)))
    (type $stream-error (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $stream-error-type (eq $stream-error)))
    (export "[method]output-stream.blocking-write-and-flush" (func (param "self" (borrow $stream))
      (param "contents" (list u8)) (result (result (error $stream-error-type)))))))
  (alias export $streams "output-stream" (type $stream))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $stream (type $s))
    (export "output-stream" (type $output (eq $s)))
    (export "get-stdout" (func (result (own $output))))))
  (core module $Memory (memory (export "memory") 1 1))
  (core instance $memory (instantiate $Memory))
  (alias core export $memory "memory" (core memory $mem))
  (core func $get (canon lower (func $stdout "get-stdout")))
  (core func $write
    (canon lower (func $streams "[method]output-stream.blocking-write-and-flush") (memory $mem)))
  (core module $M
    (import "" "get" (func $get (result i32)))
    (import "" "write" (func $write (param i32 i32 i32 i32)))
    (func $s (call $write (call $get) (i32.const 65536) (i32.const 1) (i32.const 0)))
    (start $s)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M
    (with "" (instance (export "get" (func $get)) (export "write" (func $write))))))
  (func $run (result (result)) (canon lift (core func $m "run")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))
