//! wasmer, in this process, with its compiler singlepass and the features that this compiler says it has.
//!
//! | wasmer says | class |
//! |---|---|
//! | an error while a module is made | malformed or invalid: what it calls validation is both; a feature that its compiler has not, or code that it cannot generate: unsupported |
//! | a link error | unlinkable; but a trap while segments are written: that trap, and resources that are not to be had: exhausted memory |
//! | a trap code | the trap of that reason; a stack overflow: exhausted stack |
//! | an access beyond a table | a trap whose reason is not told: a call beyond the table's end has the same code |
//! | a run-time error that holds an exception | an uncaught exception |
//! | anything else | failed |

use super::in_process::{self, Linking, exported, keep, kept, numbers};
use crate::{
    runtime::{Ability, About, End, HostFunc, Import, InstanceId, ModuleId, Runtime, ValType},
    trace::{RefValue, Resource, TrapCode, Value},
};
use std::convert::identity;
use wasmer::{
    CompileError, Extern, ExternRef, Function, FunctionType, Imports, Instance, InstantiationError, LinkError, Module,
    RuntimeError, Store, Type, Value as Val,
    sys::{EngineBuilder, Singlepass},
};

/// The version that this crate is built with.
const VERSION: &str = "7.4.2";

/// The runtime.
pub struct Wasmer {
    store: Store,
    modules: Vec<Module>,
    instances: Vec<Instance>,
}

impl Default for Wasmer {
    fn default() -> Self {
        let store = Store::new(EngineBuilder::new(Singlepass::default()));
        Wasmer { store, modules: Vec::new(), instances: Vec::new() }
    }
}

impl Runtime for Wasmer {
    fn about(&self) -> About {
        About::new("wasmer-lib", VERSION, "wasmer (singlepass)", &[Ability::Core])
    }

    fn reset(&mut self) -> Result<(), End> {
        *self = Self::default();
        Ok(())
    }

    fn compile(&mut self, bytes: &[u8]) -> Result<ModuleId, End> {
        Ok(ModuleId(keep(&mut self.modules, Module::from_binary(&self.store, bytes).map_err(refused)?)))
    }

    fn instantiate(&mut self, module: ModuleId, imports: &[Import]) -> Result<InstanceId, End> {
        let mut given = Imports::new();
        for (module, name, item) in self.given(imports) {
            given.define(module, name, item);
        }
        let module = kept(&self.modules, module.0, "module")?;
        let instance = Instance::new(&mut self.store, module, &given).map_err(end_of_instantiation)?;
        Ok(InstanceId(keep(&mut self.instances, instance)))
    }

    fn call(&mut self, instance: InstanceId, export: &str, args: &[Value]) -> Result<Vec<Value>, End> {
        let func = exported!(self, instance, export, Extern::Function);
        let ty = func.ty(&self.store);
        let args: Vec<_> = args.iter().zip(ty.params()).map(|(arg, ty)| self.wasmer_value(arg, *ty)).collect();
        let results = func.call(&mut self.store, &args).map_err(end)?;
        Ok(results.iter().map(|value| self.to_trace(value)).collect())
    }

    fn global(&mut self, instance: InstanceId, export: &str) -> Result<Value, End> {
        let global = exported!(self, instance, export, Extern::Global);
        let value = global.get(&mut self.store);
        Ok(self.to_trace(&value))
    }

    fn set_global(&mut self, instance: InstanceId, export: &str, value: &Value) -> Result<(), End> {
        let global = exported!(self, instance, export, Extern::Global);
        let value = self.wasmer_value(value, global.ty(&self.store).ty);
        global.set(&mut self.store, value).map_err(end)
    }

    fn memory_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        Ok(exported!(self, instance, export, Extern::Memory).view(&self.store).data_size())
    }

    fn memory_read(&mut self, instance: InstanceId, export: &str, offset: u64, len: u64) -> Result<Vec<u8>, End> {
        let mut bytes = vec![0; len as usize];
        let memory = exported!(self, instance, export, Extern::Memory);
        memory.view(&self.store).read(offset, &mut bytes).map_err(|error| End::Failed(error.to_string()))?;
        Ok(bytes)
    }

    fn memory_write(&mut self, instance: InstanceId, export: &str, offset: u64, bytes: &[u8]) -> Result<(), End> {
        let memory = exported!(self, instance, export, Extern::Memory);
        memory.view(&self.store).write(offset, bytes).map_err(|error| End::Failed(error.to_string()))
    }

    fn table_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        let table = exported!(self, instance, export, Extern::Table);
        Ok(table.size(&self.store).into())
    }

    fn table_get(&mut self, instance: InstanceId, export: &str, index: u64) -> Result<Value, End> {
        let table = exported!(self, instance, export, Extern::Table);
        let index = u32::try_from(index).map_err(|_| End::out_of_bounds())?;
        let value = table.get(&mut self.store, index).ok_or_else(End::out_of_bounds)?;
        Ok(self.to_trace(&value))
    }
}

impl Linking for Wasmer {
    type Extern = Extern;

    fn export(&mut self, instance: InstanceId, export: &str) -> Result<Extern, End> {
        let item = kept(&self.instances, instance.0, "instance")?.exports.get_extern(export);
        item.cloned().ok_or_else(|| End::no_export(export))
    }

    fn host_func(&mut self, func: &HostFunc) -> Extern {
        let params: Vec<Type> = func.params.iter().map(|ty| core_type(*ty)).collect();
        let ty = FunctionType::new(params, func.result_types().into_iter().map(core_type).collect::<Vec<_>>());
        let func = func.clone();
        let func = Function::new(&mut self.store, ty, move |args| {
            Ok(func.call(args.iter().map(number).collect()).iter().map(to_number).collect())
        });
        Extern::Function(func)
    }
}

impl Wasmer {
    fn wasmer_value(&mut self, value: &Value, ty: Type) -> Val {
        match (value, ty) {
            (Value::Ref(RefValue::Extern(number)), _) => Val::ExternRef(Some(ExternRef::new(&mut self.store, *number))),
            (Value::Ref(_), Type::FuncRef) => Val::FuncRef(None),
            (Value::Ref(_), Type::ExceptionRef) => Val::ExceptionRef(None),
            (Value::Ref(_), _) => Val::ExternRef(None),
            (value, _) => to_number(value),
        }
    }

    fn to_trace(&self, value: &Val) -> Value {
        match value {
            // wasmer does not tell which function a reference is.
            Val::FuncRef(Some(_)) => Value::Ref(RefValue::Func("?".to_owned())),
            Val::ExceptionRef(Some(_)) => Value::Ref(RefValue::Exn),
            Val::ExternRef(Some(value)) => {
                let number: Option<&u32> = value.downcast(&self.store);
                Value::Ref(number.map_or(RefValue::Struct, |number| RefValue::Extern(*number)))
            }
            value => number(value),
        }
    }
}

numbers!(Val, Type, f32: f32::from_bits, f32::to_bits, f64: f64::from_bits, f64::to_bits, v128: identity, identity
);

fn refused(error: CompileError) -> End {
    let text = error.to_string();
    match error {
        CompileError::UnsupportedFeature(_) | CompileError::UnsupportedTarget(_) | CompileError::Codegen(_) => {
            End::Unsupported(text)
        }
        _ => in_process::refused(text),
    }
}

fn end_of_instantiation(error: InstantiationError) -> End {
    let text = error.to_string();
    match error {
        InstantiationError::Link(LinkError::Trap(error)) | InstantiationError::Start(error) => end(error),
        InstantiationError::Link(LinkError::Resource(_)) => End::Exhausted(Resource::Memory, text),
        InstantiationError::Link(LinkError::Import(..)) => End::Unlinkable(text),
        _ => End::Failed(text),
    }
}

fn end(error: RuntimeError) -> End {
    use wasmer::sys::vm::TrapCode as T;
    if error.is_exception() {
        return End::Exception(Vec::new());
    }
    let text = error.message();
    let Some(trap) = error.to_trap() else { return End::Failed(text) };
    let code = match trap {
        T::UnreachableCodeReached => TrapCode::Unreachable,
        T::HeapAccessOutOfBounds => TrapCode::OutOfBoundsMemory,
        T::HeapMisaligned | T::UnalignedAtomic => TrapCode::UnalignedAtomic,
        T::IndirectCallToNull => TrapCode::UninitializedElement,
        T::BadSignature => TrapCode::IndirectCallTypeMismatch,
        T::IntegerOverflow => TrapCode::IntegerOverflow,
        T::IntegerDivisionByZero => TrapCode::IntegerDivideByZero,
        T::BadConversionToInteger => TrapCode::InvalidConversionToInteger,
        T::StackOverflow => return End::Exhausted(Resource::Stack, text),
        T::UncaughtException => return End::Exception(Vec::new()),
        // An access beyond a table and a call beyond its end have one code.
        _ => return End::Trap(Vec::new(), text),
    };
    End::Trap(vec![code], text)
}
