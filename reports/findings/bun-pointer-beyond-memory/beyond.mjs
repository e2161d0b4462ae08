// A buffer beyond the memory must be a trap of fd_write.
import { WASI } from 'node:wasi';

/*
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "\00\00\01\00\01\00\00\00")           ;; one byte at 65536, where the memory ends
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.const 33))))
*/
const bytes = Buffer.from(
  '0061736d0100000001100360017f0060047f7f7f7f017f60000002460216776173695f736e617073686f745f707265766965' +
  '77310970726f635f65786974000016776173695f736e617073686f745f70726576696577310866645f777269746500010302' +
  '0102050401010101071302066d656d6f72790200065f737461727400020a13011100410141004101410810011a412110000b' +
  '0b0e010041000b080000010001000000',
  'hex',
);
const wasi = new WASI({ version: 'preview1', args: [], env: {}, returnOnExit: true });
const imports = { wasi_snapshot_preview1: wasi.wasiImport };
try {
  console.log('exit', wasi.start(new WebAssembly.Instance(new WebAssembly.Module(bytes), imports)));
} catch (error) {
  console.log(String(error));
}
