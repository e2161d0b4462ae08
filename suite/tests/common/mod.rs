//! Wrong expectations and wrong runtimes, to see that they are found.

use preflight::trace::{MemoryScan, Outcome, RefValue, State, TableRun, Value};

/// Changes what was found a little; returns what it is.
pub fn falsify(state: &mut State) -> &'static str {
    let (kind, wrong) = match state {
        State::Memory { size_bytes, .. } => ("memory", MemoryScan::of(&vec![0; *size_bytes as usize + 1])),
        State::Table { size, .. } => {
            let other = Value::Ref(RefValue::Func("/other#0".to_owned()));
            ("table", TableRun::all(vec![other; *size as usize + 1]))
        }
        State::Global { .. } => ("global", State::Global { value: Value::F32(1) }),
        State::Func { .. } => ("function", State::Func { outcome: Outcome::Invalid }),
        other => panic!("plans of modules leave no {other:?}"),
    };
    *state = wrong;
    kind
}

/// Changes one byte, one entry, one value, or the size; returns which. Nothing can be made of a function that ends in another
/// way than by returning a number, of objects, and of what is empty.
#[allow(dead_code, reason = "not every file of tests has cases")]
pub fn falsify_slightly(state: &mut State) -> Option<&'static str> {
    let (kind, wrong) = match state {
        State::Memory { size_bytes, runs, beyond } => match runs.first_mut() {
            Some(run) => {
                // The last digit of the first byte.
                let digit = if run.bytes.as_bytes()[1] == b'1' { "2" } else { "1" };
                run.bytes.replace_range(1..2, digit);
                return Some("memory byte");
            }
            None => {
                let (size_bytes, runs, beyond) = (*size_bytes + 65536, Vec::new(), beyond.take());
                ("memory size", State::Memory { size_bytes, runs, beyond })
            }
        },
        State::Table { size, runs, beyond } => match runs.first_mut() {
            Some(run) => {
                run.index = u64::MAX;
                run.times = 0;
                return Some("table entry");
            }
            None => ("table size", State::Table { size: *size + 1, runs: Vec::new(), beyond: beyond.take() }),
        },
        State::Global { value: Value::I32(value) } => ("global", State::Global { value: Value::I32(*value ^ 1) }),
        State::Func { outcome: Outcome::Returned { values } } if !values.is_empty() => {
            ("function", State::Func { outcome: Outcome::Returned { values: vec![Value::I32(-77)] } })
        }
        _ => return None,
    };
    *state = wrong;
    Some(kind)
}

#[cfg(feature = "wasmi")]
pub use liar::{LEFT_OVER, Liar, Lie, Runner};

#[cfg(feature = "wasmi")]
mod liar {
    use preflight::{
        runtime::{
            Ability, About, Acting, End, HostFunc, Import, InstanceId, Item, ModuleId, Program, ProgramEnd, Runtime,
            ValType, adapters::Wasmi,
        },
        trace::{RefValue, Value},
    };

    /// Two instances: the second logs and writes what the first one has, and fails.
    pub const LEFT_OVER: &str = r#"{
        "modules": [
            { "memories": [{ "min": 1 }], "tables": [{ "ty": { "min": 2 } }], "funcs": [{ "result": 7 }],
              "globals": [{ "ty": { "content": "i32", "mutable": true } }],
              "elems": [{ "mode": { "active": { "target": 0, "at": { "const": 1 } } }, "items": [{ "func": 0 }] }],
              "exports": [{ "memory": 0 }, { "table": 0 }, { "global": 0 }] },
            { "args": [0], "imports": [{ "source": "log" }, { "source": { "export": { "arg": 0, "export": 0 } } }],
              "funcs": [{ "steps": [{ "log": 3 }, { "store": { "memory": 0, "at": 5, "value": 6 } }] }], "start": 1 },
            { "args": [0], "imports": [{ "source": { "export": { "arg": 0, "export": 0 } } }],
              "datas": [{ "mode": { "active": { "target": 0, "at": { "const": 1 } } }, "bytes": [1] },
                        { "mode": { "active": { "target": 0, "at": { "const": 65536 } } }, "bytes": [1] }] }
        ],
        "nodes": [{ "module": 0 }, { "module": 1, "args": [0] }, { "module": 2, "args": [0] }] }"#;

    /// What it lies about.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum Lie {
        None,
        Memory,
        Table,
        Global,
        Log,
        Outcome,
        Call,
        Refuse,
        Panic,
        PanicAtEnd,
        Unread,
        Start,
    }

    /// wasmi, but for one lie.
    pub struct Liar {
        inner: Wasmi,
        lie: Lie,
        compiled: usize,
    }

    impl Liar {
        pub fn new(lie: Lie) -> Self {
            Liar { inner: Wasmi::default(), lie, compiled: 0 }
        }
    }

    impl Runtime for Liar {
        fn about(&self) -> About {
            self.inner.about()
        }

        fn reset(&mut self) -> Result<(), End> {
            self.compiled = 0;
            self.inner.reset()
        }

        fn compile(&mut self, bytes: &[u8]) -> Result<ModuleId, End> {
            self.compiled += 1;
            // The first modules that it is given are asked of it to see what it accepts; plans have three.
            match self.lie {
                Lie::Refuse if self.compiled == 2 && bytes.len() > 60 => Err(End::Rejected("a lie".to_owned())),
                Lie::Panic if self.compiled == 2 && bytes.len() > 60 => panic!("a lie"),
                Lie::Start => self.inner.compile(&without_start(bytes)),
                _ => self.inner.compile(bytes),
            }
        }

        fn instantiate(&mut self, module: ModuleId, imports: &[Import]) -> Result<InstanceId, End> {
            let other = |import: &Import| match &import.item {
                // A log whose calls nobody hears of.
                Item::Host(_) => {
                    let item = HostFunc::new("?", vec![ValType::I32], Vec::new(), Default::default());
                    Import { item: Item::Host(item), ..import.clone() }
                }
                Item::Export(..) | Item::Acting(_) | Item::Registered(..) => import.clone(),
            };
            let end = match self.lie {
                Lie::Log => self.inner.instantiate(module, &imports.iter().map(other).collect::<Vec<_>>()),
                _ => self.inner.instantiate(module, imports),
            };
            match (end, self.lie) {
                (Err(_), Lie::Outcome) => Err(End::Unlinkable("a lie".to_owned())),
                (end, _) => end,
            }
        }

        fn hosts(&mut self, hosts: &[Acting]) -> Result<(), End> {
            self.inner.hosts(hosts)
        }

        fn register(&mut self, name: &str, instance: InstanceId) -> Result<(), End> {
            self.inner.register(name, instance)
        }

        fn made(&mut self, name: &str) -> Result<Option<InstanceId>, End> {
            self.inner.made(name)
        }

        fn call(&mut self, instance: InstanceId, export: &str, args: &[Value]) -> Result<Vec<Value>, End> {
            let values = self.inner.call(instance, export, args)?;
            let lie = self.lie == Lie::Call;
            Ok(values.into_iter().map(|value| if lie { Value::I32(8) } else { value }).collect())
        }

        fn global(&mut self, instance: InstanceId, export: &str) -> Result<Value, End> {
            if self.lie == Lie::Global { Ok(Value::I32(99)) } else { self.inner.global(instance, export) }
        }

        fn memory_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
            match self.lie {
                Lie::PanicAtEnd => panic!("a lie"),
                Lie::Unread => return Err(End::Unlinkable("a lie".to_owned())),
                _ => {}
            }
            self.inner.memory_size(instance, export)
        }

        fn memory_read(&mut self, instance: InstanceId, export: &str, at: u64, len: u64) -> Result<Vec<u8>, End> {
            let mut bytes = self.inner.memory_read(instance, export, at, len)?;
            if self.lie == Lie::Memory {
                bytes[1] ^= 1;
            }
            Ok(bytes)
        }

        fn table_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
            self.inner.table_size(instance, export)
        }

        fn table_get(&mut self, instance: InstanceId, export: &str, index: u64) -> Result<Value, End> {
            match self.lie {
                Lie::Table => Ok(Value::Ref(RefValue::Null)),
                _ => self.inner.table_get(instance, export, index),
            }
        }
    }

    /// A script runner that is content with every script, or with none, and on which every program returns at once.
    #[derive(Default)]
    pub struct Runner {
        pub is_wrong: bool,
        /// Whether a component that is to trap is all right with it.
        pub traps: bool,
        /// How it ends every program, if not well and without a word.
        pub end: Option<ProgramEnd>,
    }

    impl Runtime for Runner {
        fn about(&self) -> About {
            About::new("runner", "1", "runner", &[Ability::Scripts, Ability::P1, Ability::Preloads, Ability::P2])
        }

        fn reset(&mut self) -> Result<(), End> {
            Ok(())
        }

        fn compile(&mut self, _: &[u8]) -> Result<ModuleId, End> {
            Err(End::unsupported("modules"))
        }

        fn instantiate(&mut self, _: ModuleId, _: &[Import]) -> Result<InstanceId, End> {
            Err(End::unsupported("modules"))
        }

        fn call(&mut self, _: InstanceId, _: &str, _: &[Value]) -> Result<Vec<Value>, End> {
            Err(End::unsupported("modules"))
        }

        fn global(&mut self, _: InstanceId, _: &str) -> Result<Value, End> {
            Err(End::unsupported("modules"))
        }

        fn run_program(&mut self, _: &Program) -> Result<ProgramEnd, End> {
            Ok(self.end.clone().unwrap_or(ProgramEnd { end: Ok(()), stdout: Vec::new() }))
        }

        fn run_script(&mut self, text: &str, _: &[preflight::commands::Command]) -> Result<(), End> {
            match self.is_wrong && text.contains("(component") && !(self.traps && text.contains("(assert_trap")) {
                true => Err(End::Unlinkable("a script that does not hold".to_owned())),
                false => Ok(()),
            }
        }
    }

    /// The module without its start section.
    fn without_start(module: &[u8]) -> Vec<u8> {
        let (mut kept, mut at) = (module[..8].to_vec(), 8);
        while at < module.len() {
            let (mut size, mut shift, mut content) = (0, 0, at + 1);
            loop {
                let byte = module[content];
                size |= usize::from(byte & 0x7f) << shift;
                (shift, content) = (shift + 7, content + 1);
                if byte < 0x80 {
                    break;
                }
            }
            if module[at] != 8 {
                kept.extend(&module[at..content + size]);
            }
            at = content + size;
        }
        kept
    }
}
