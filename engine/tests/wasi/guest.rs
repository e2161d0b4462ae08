//! A guest that exports a wrapper of every function of the interface, so that a test can call them one by one through a
//! real instance with a memory of its own.

use preflight_engine::{
    Config, Extern, Fault, Linker, Module, Store, Val,
    runtime::{InstanceAddr, MemAddr},
    syntax::ValType,
    trace::{Cause, InstancePath, TrapCode},
    wasi::{
        StartRules, World,
        p1::{self, Errno, Snapshot},
    },
};
use std::{cell::RefCell, rc::Rc};

/// Where results go.
pub const OUT: i64 = 1024;
/// Where paths are put.
const PATH: i64 = 4096;
/// Where the second path of a call is put.
const SECOND_PATH: i64 = 16384;
/// Where an array of one `iovec` is put, and its buffer.
const IOV: i64 = 24576;
pub const BUFFER: i64 = 32768;

/// Rights, by their bits.
pub const READ: i64 = 1 << 1;
pub const WRITE: i64 = 1 << 6;

pub struct Guest {
    pub store: Store,
    pub world: Rc<RefCell<World>>,
    instance: InstanceAddr,
    memory: MemAddr,
}

/// Decodes text.
pub fn module(text: &str) -> Module {
    let buffer = wast::parser::ParseBuffer::new(text).unwrap();
    let bytes = wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap();
    Module::new(&Config::default(), bytes).unwrap()
}

impl Guest {
    pub fn new(world: World) -> Guest {
        Guest::of(Snapshot::Preview1, world)
    }

    /// A guest that imports from this snapshot.
    pub fn of(snapshot: Snapshot, world: World) -> Guest {
        let mut store = Store::new(&Config::default());
        let world = Rc::new(RefCell::new(world));
        let mut linker = Linker::new();
        let rules = StartRules::default();
        p1::add_to_linker_with(&mut linker, &mut store, world.clone(), rules, &[snapshot]);
        let module = module(&wrappers(&store, &linker, snapshot.module()));
        let instance = linker.instantiate(&mut store, &module, InstancePath::root()).unwrap();
        let Some(Extern::Memory(memory)) = store.export(instance, "memory") else { panic!("it exports a memory") };
        Guest { store, world, instance, memory }
    }

    /// Calls a function.
    pub fn try_call(&mut self, name: &str, args: &[i64]) -> Result<Errno, Fault> {
        let Some(Extern::Func(func)) = self.store.export(self.instance, name) else { panic!("no function {name}") };
        let params = self.store.func_type(func).params.clone();
        assert_eq!(params.len(), args.len(), "{name}");
        let value = |(ty, arg): (&ValType, &i64)| match ty {
            ValType::I32 => Val::I32(*arg as i32),
            _ => Val::I64(*arg),
        };
        let args: Vec<Val> = params.iter().zip(args).map(value).collect();
        let results = self.store.call_export(self.instance, name, &args, Cause::Invoke)?;
        match results[..] {
            [Val::I32(errno)] => Ok(known(errno)),
            _ => Ok(Errno::Success),
        }
    }

    #[track_caller]
    pub fn call(&mut self, name: &str, args: &[i64]) -> Errno {
        self.try_call(name, args).unwrap_or_else(|fault| panic!("{name}: {fault}"))
    }

    /// Calls a function that must succeed.
    #[track_caller]
    pub fn ok(&mut self, name: &str, args: &[i64]) {
        assert_eq!(self.call(name, args), Errno::Success, "{name} {args:?}");
    }

    /// Calls a function that must trap for its pointers.
    #[track_caller]
    pub fn traps(&mut self, name: &str, args: &[i64]) {
        match self.try_call(name, args) {
            Err(Fault::Trap(trap)) => assert_eq!(trap.code, TrapCode::InvalidPointer, "{name}"),
            other => panic!("{name} {args:?}: {other:?}"),
        }
    }

    pub fn put(&mut self, at: i64, bytes: &[u8]) {
        self.store.memory_mut(self.memory).write(at as u64, bytes).unwrap();
    }

    pub fn get(&self, at: i64, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        self.store.memory(self.memory).read(at as u64, &mut bytes).unwrap();
        bytes
    }

    pub fn u16(&self, at: i64) -> u16 {
        u16::from_le_bytes(self.get(at, 2).try_into().unwrap())
    }

    pub fn u32(&self, at: i64) -> u32 {
        u32::from_le_bytes(self.get(at, 4).try_into().unwrap())
    }

    pub fn u64(&self, at: i64) -> u64 {
        u64::from_le_bytes(self.get(at, 8).try_into().unwrap())
    }

    /// Calls a function whose arguments hold a path: `None` stands for its pointer and length.
    pub fn with_path(&mut self, name: &str, path: &str, args: &[Option<i64>]) -> Errno {
        self.with_paths(name, [path, path], args)
    }

    /// As [`with_path`](Self::with_path), for two paths.
    pub fn with_paths(&mut self, name: &str, paths: [&str; 2], args: &[Option<i64>]) -> Errno {
        self.put(PATH, paths[0].as_bytes());
        self.put(SECOND_PATH, paths[1].as_bytes());
        let mut places = [(PATH, paths[0].len() as i64), (SECOND_PATH, paths[1].len() as i64)].into_iter();
        let mut flat = Vec::new();
        for arg in args {
            match arg {
                Some(value) => flat.push(*value),
                None => places.next().map(|(at, len)| flat.extend([at, len])).unwrap(),
            }
        }
        self.call(name, &flat)
    }

    /// `path_open`, and the descriptor.
    pub fn open(&mut self, path: &str, oflags: i64, rights: i64) -> Result<i64, Errno> {
        self.open_with(3, 1, path, oflags, rights, 0)
    }

    pub fn open_with(
        &mut self,
        dir: i64,
        follow: i64,
        path: &str,
        oflags: i64,
        rights: i64,
        flags: i64,
    ) -> Result<i64, Errno> {
        let rest = [Some(oflags), Some(rights), Some(rights), Some(flags), Some(OUT)];
        let args = [&[Some(dir), Some(follow), None][..], &rest].concat();
        match self.with_path("path_open", path, &args) {
            Errno::Success => Ok(i64::from(self.u32(OUT))),
            errno => Err(errno),
        }
    }

    /// `fd_write` of one buffer.
    pub fn write(&mut self, fd: i64, bytes: &[u8]) -> Errno {
        self.iov(bytes.len());
        self.put(BUFFER, bytes);
        self.call("fd_write", &[fd, IOV, 1, OUT])
    }

    /// `fd_read` into one buffer.
    pub fn read(&mut self, fd: i64, len: usize) -> Result<Vec<u8>, Errno> {
        self.iov(len);
        match self.call("fd_read", &[fd, IOV, 1, OUT]) {
            Errno::Success => Ok(self.get(BUFFER, self.u32(OUT) as usize)),
            errno => Err(errno),
        }
    }

    /// Puts an array of one `iovec`; returns its address.
    pub fn iov(&mut self, len: usize) -> i64 {
        let bytes = [(BUFFER as u32).to_le_bytes(), (len as u32).to_le_bytes()].concat();
        self.put(IOV, &bytes);
        IOV
    }

    /// `path_filestat_get` without following: the kind and the size.
    pub fn stat(&mut self, path: &str) -> Result<(u8, u64), Errno> {
        match self.with_path("path_filestat_get", path, &[Some(3), Some(0), None, Some(OUT)]) {
            Errno::Success => Ok((self.get(OUT + 16, 1)[0], self.u64(OUT + 32))),
            errno => Err(errno),
        }
    }
}

/// The errors that the tests know by name.
fn known(errno: i32) -> Errno {
    use Errno::*;
    let all = [
        Success,
        Acces,
        Again,
        Badf,
        Busy,
        Exist,
        Fbig,
        Ilseq,
        Inval,
        Io,
        Isdir,
        Loop,
        Mfile,
        Nametoolong,
        Noent,
        Nospc,
        Notdir,
        Notempty,
        Notsock,
        Notsup,
        Nxio,
        Perm,
        Spipe,
        Txtbsy,
        Xdev,
        Mlink,
        Overflow,
        Notcapable,
    ];
    let found = all.into_iter().find(|known| *known as i32 == errno);
    found.unwrap_or_else(|| panic!("unexpected errno {errno}"))
}

/// The text of a module that imports everything from `module` and exports a wrapper of each.
fn wrappers(store: &Store, linker: &Linker, module: &str) -> String {
    let (mut imports, mut funcs) = (String::new(), String::new());
    for name in p1::names(Snapshot::of(module).expect("one of the two")) {
        let Some(Extern::Func(func)) = linker.get(module, name) else { panic!("{name} is not there") };
        let ty = store.func_type(func);
        let word = |ty: &ValType| if *ty == ValType::I32 { " i32" } else { " i64" };
        let params: String = ty.params.iter().map(word).collect();
        let results: String = ty.results.iter().map(word).collect();
        let args: String = (0..ty.params.len()).map(|index| format!("(local.get {index})")).collect();
        imports += &format!("(import {module:?} {name:?} (func ${name} (param{params}) (result{results})))\n");
        funcs += &format!("(func (export {name:?}) (param{params}) (result{results}) (call ${name} {args}))\n");
    }
    format!("(module {imports} (memory (export \"memory\") 1) {funcs})")
}
