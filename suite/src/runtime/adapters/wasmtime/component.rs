//! Components on wasmtime. What a component imports are instances of others, whose functions are called through functions
//! of the host that do nothing else.

use super::{
    super::in_process::{keep, kept},
    end, plain, refused,
};
use crate::runtime::{ComponentImport, End, InstanceId, ModuleId};
use wasmtime::{
    AsContextMut, Engine, Store,
    component::{
        Component, ComponentExportIndex, Func, Instance, Linker, LinkerInstance,
        types::{ComponentExtern, ComponentItem},
    },
};
use wasmtime_wasi::runtime::in_tokio;

/// The components of a case, and their instances.
#[derive(Default)]
pub(super) struct Components {
    compiled: Vec<Component>,
    instances: Vec<(Component, Instance)>,
}

impl Components {
    pub(super) fn compile(&mut self, engine: &Engine, bytes: &[u8]) -> Result<ModuleId, End> {
        Ok(ModuleId(keep(&mut self.compiled, Component::from_binary(engine, bytes).map_err(refused)?)))
    }

    pub(super) fn instantiate(
        &mut self,
        engine: &Engine,
        store: &mut Store<()>,
        component: ModuleId,
        imports: &[ComponentImport],
    ) -> Result<InstanceId, End> {
        let component = kept(&self.compiled, component.0, "component")?.clone();
        let mut linker = Linker::new(engine);
        let ty = component.component_type();
        for (name, _) in ty.imports(engine) {
            let Some(given) = imports.iter().find(|import| import.name == name) else { continue };
            let (of, instance) = kept(&self.instances, given.instance.0, "instance")?;
            let giver = Giver { engine, instance: *instance };
            let ty = of.component_type();
            let mut exports = ty.exports(engine);
            match &given.export {
                None => giver.give(store, &mut linker.instance(name).map_err(end)?, exports, None),
                Some(export) => match exports.find(|(exported, _)| exported == export) {
                    Some((_, ty)) => giver.give_one(store, &mut linker.root(), (name, export), &ty, None),
                    None => return Err(End::no_export(export)),
                },
            }
            .map_err(end)?;
        }
        let link_error = |error| End::Unlinkable(format!("{error:#}"));
        let ready = linker.instantiate_pre(&component).map_err(link_error)?;
        let instance = in_tokio(ready.instantiate_async(store)).map_err(end)?;
        Ok(InstanceId(keep(&mut self.instances, (component, instance))))
    }

    pub(super) fn call(
        &mut self,
        store: &mut Store<()>,
        instance: InstanceId,
        export: &str,
        args: &[serde_json::Value],
    ) -> Result<Vec<serde_json::Value>, End> {
        let (_, instance) = kept(&self.instances, instance.0, "instance")?;
        let Some(func) = instance.get_func(&mut *store, export) else { return Err(End::no_export(export)) };
        let ty = func.ty(&*store);
        let given = args.iter().zip(ty.params()).map(|(arg, (_, ty))| plain::read(arg, &ty));
        let args: Vec<_> = given.collect::<Result<_, _>>().map_err(End::Failed)?;
        let mut results = vec![wasmtime::component::Val::Bool(false); ty.results().len()];
        in_tokio(func.call_async(store, &args, &mut results)).map_err(end)?;
        results.iter().map(plain::show).collect()
    }
}

/// Gives what an instance exports to a linker.
struct Giver<'e> {
    engine: &'e Engine,
    instance: Instance,
}

impl Giver<'_> {
    fn give<'t>(
        &self,
        store: &mut Store<()>,
        linker: &mut LinkerInstance<'_, ()>,
        exports: impl Iterator<Item = (&'t str, ComponentExtern<'t>)>,
        parent: Option<&ComponentExportIndex>,
    ) -> wasmtime::Result<()> {
        for (name, export) in exports {
            self.give_one(store, linker, (name, name), &export, parent)?;
        }
        Ok(())
    }

    /// What is exported under the second name, for an import of the first.
    fn give_one(
        &self,
        store: &mut Store<()>,
        linker: &mut LinkerInstance<'_, ()>,
        (name, export): (&str, &str),
        ty: &ComponentExtern<'_>,
        parent: Option<&ComponentExportIndex>,
    ) -> wasmtime::Result<()> {
        let Some(index) = self.instance.get_export_index(&mut *store, parent, export) else { return Ok(()) };
        match &ty.ty {
            ComponentItem::ComponentFunc(_) => {
                if let Some(func) = self.instance.get_func(&mut *store, index) {
                    forward(linker, name, func)?;
                }
            }
            ComponentItem::Module(_) => {
                if let Some(module) = self.instance.get_module(&mut *store, index) {
                    linker.module(name, &module)?;
                }
            }
            ComponentItem::Resource(_) => {
                if let Some(ty) = self.instance.get_resource(&mut *store, index) {
                    linker.resource(name, ty, |_, _| Ok(()))?;
                }
            }
            ComponentItem::ComponentInstance(ty) => {
                self.give(store, &mut linker.instance(name)?, ty.exports(self.engine), Some(&index))?;
            }
            // Types are no values, and an instance exports no component that an embedder could be given.
            _ => {}
        }
        Ok(())
    }
}

fn forward(linker: &mut LinkerInstance<'_, ()>, name: &str, func: Func) -> wasmtime::Result<()> {
    linker.func_new_async(name, move |mut store, _, args, results| {
        Box::new(async move { func.call_async(store.as_context_mut(), args, results).await })
    })
}
