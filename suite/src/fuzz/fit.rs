//! A plan without what a runtime has no means for.

use crate::{case::needs::features, runtime::needs::Accepted};
use preflight_engine::{Config, Features, Module};
use preflight_plan::{
    Plan,
    plan::{
        Content, Export, Global, Import, Item, Mode, Module as PlanModule, Number, Object, Source, Step, Trap, Twist,
    },
};

/// What a plan was made without: the name of a proposal, or the host's functions that do more than log.
pub type Without = &'static str;

/// The functions of the host that write, grow, trap, throw, call back or instantiate: not all adapters have them.
pub const HOSTS: Without = "host functions that act";

/// The plan without what takes the refused proposals, and without the host's functions if not `has_hosts`, normal; and what it is
/// without.
pub fn fit(plan: &Plan, refused: &[&'static str], has_hosts: bool) -> (Plan, Vec<Without>) {
    let (mut plan, mut without) = (plan.clone(), Vec::new());
    if !has_hosts && !plan.hosts.is_empty() {
        plan.hosts.clear();
        without.push(HOSTS);
    }
    for name in refused {
        if matches!(*name, "multi-memory" | "memory64") {
            // Which import is a memory can be seen of a normal plan only.
            plan = plan.normalise();
        }
        let before = plan.clone();
        match *name {
            "multi-memory" => (0..plan.modules.len()).for_each(|i| one_memory(&mut plan.modules, i)),
            "memory64" => (0..plan.modules.len()).for_each(|i| one_address_type(&mut plan.modules, i)),
            name => plan.modules.iter_mut().for_each(|module| strip(module, name)),
        }
        if plan != before {
            without.push(name);
        }
    }
    (plan.normalise(), without)
}

/// Whether there is a `memory.init` somewhere.
pub fn inits_memory(plan: &Plan) -> bool {
    fn inits(steps: &[Step]) -> bool {
        steps.iter().any(|step| match step {
            Step::Repeat { body, .. } | Step::Try { body, .. } => inits(body),
            step => matches!(step, Step::Init { .. }),
        })
    }
    plan.modules.iter().flat_map(|module| &module.funcs).any(|func| inits(&func.steps))
}

fn strip(module: &mut PlanModule, proposal: &str) {
    module
        .funcs
        .iter_mut()
        .for_each(|func| func.steps = func.steps.drain(..).flat_map(|s| step(s, proposal)).collect());
    match proposal {
        "exception-handling" => {
            module.tags.clear();
            module.exports.retain(|export| !matches!(export, Export::Tag(_)));
        }
        "threads" => module.memories.iter_mut().for_each(|memory| memory.shared = false),
        "custom-page-sizes" => module.memories.iter_mut().for_each(|memory| memory.bytewise = false),
        "function-references" => module.tables.iter_mut().for_each(|table| table.init = None),
        // Constant expressions of release 2.0 read imported globals only.
        "gc" => {
            module.globals.iter_mut().for_each(constant);
            module.elems.iter_mut().for_each(|elem| {
                mode(&mut elem.mode);
                elem.items.iter_mut().for_each(|item| *item = plain(*item));
            });
            module.datas.iter_mut().for_each(|data| mode(&mut data.mode));
        }
        "extended-const" => {
            module.globals.iter_mut().for_each(|global| no_sum(&mut global.init));
            let modes = module.elems.iter_mut().map(|elem| &mut elem.mode);
            for mode in modes.chain(module.datas.iter_mut().map(|data| &mut data.mode)) {
                if let Mode::Active { at, .. } = mode {
                    no_sum(at);
                }
            }
        }
        _ => {}
    }
}

/// What an import of a module with these arguments is given.
fn given(import: &Import, args: &[usize], earlier: &[PlanModule]) -> Option<Export> {
    match import.source {
        Source::Export { arg, export } => args.get(arg).and_then(|arg| earlier.get(*arg)?.exports.get(export)).copied(),
        Source::Log | Source::Host(_) => None,
    }
}

/// Takes the addresses of 64 bits from the module number `i`.
fn one_address_type(modules: &mut [PlanModule], i: usize) {
    let (earlier, rest) = modules.split_at_mut(i);
    let PlanModule { args, imports, memories, tables, .. } = &mut rest[0];
    memories.iter_mut().for_each(|memory| memory.is_64 = false);
    tables.iter_mut().for_each(|table| table.ty.is_64 = false);
    for import in imports {
        // The other type of a memory or table is one of the other address type.
        let is_other = matches!(given(import, args, earlier), Some(Export::Memory(_) | Export::Table(_)));
        if is_other && import.twist == Some(Twist::Type) {
            import.twist = Some(Twist::Missing);
        }
    }
}

/// Leaves the module number `i` its first memory.
fn one_memory(modules: &mut [PlanModule], i: usize) {
    let (earlier, rest) = modules.split_at_mut(i);
    let PlanModule { args, imports, memories, .. } = &mut rest[0];
    let mut has_memory = false;
    imports.retain_mut(|import| {
        // A function of the wrong kind is a memory.
        import.twist = import.twist.map(|twist| if twist == Twist::Kind { Twist::Missing } else { twist });
        let is_memory = matches!(given(import, args, earlier), Some(Export::Memory(_)));
        let is_left = !(is_memory && has_memory);
        has_memory |= is_memory;
        is_left
    });
    memories.truncate(usize::from(!has_memory));
}

fn constant(global: &mut Global) {
    if global.ty.content == Content::Object {
        global.ty.content = Content::Func;
        global.object = Object::None;
    }
    number(&mut global.init);
    global.item = plain(global.item);
}

fn mode(mode: &mut Mode) {
    if let Mode::Active { at, .. } = mode {
        number(at);
    }
}

fn number(number: &mut Number) {
    *number = match *number {
        Number::Const(value) | Number::Sum(_, value) => Number::Const(value),
        Number::Global(_) => Number::Const(0),
    };
}

fn no_sum(number: &mut Number) {
    if let Number::Sum(global, _) = *number {
        *number = Number::Global(global);
    }
}

fn plain(item: Item) -> Item {
    match item {
        Item::Global(_) => Item::Null,
        item => item,
    }
}

/// The steps that stand for a step without the proposal.
fn step(step: Step, proposal: &str) -> Vec<Step> {
    let all = |body: Vec<Step>| body.into_iter().flat_map(|s| self::step(s, proposal)).collect::<Vec<_>>();
    let one = match (proposal, step) {
        ("exception-handling", Step::Try { body, .. }) => return all(body),
        ("exception-handling", Step::Throw { .. } | Step::Trap(Trap::ThrowNull)) => Step::Trap(Trap::Unreachable),
        ("tail-call", Step::Call { func, .. }) => Step::Call { func, tail: false },
        ("tail-call", Step::CallIndirect { table, at, number, .. }) => {
            Step::CallIndirect { table, at, number, tail: false }
        }
        ("threads", Step::Atomic { .. })
        | ("wide-arithmetic", Step::Wide { .. })
        | ("function-references" | "gc", Step::Object(_)) => return Vec::new(),
        ("threads", Step::Trap(Trap::Unaligned(_) | Trap::WaitUnshared(_))) => Step::Trap(Trap::Unreachable),
        ("function-references" | "gc", Step::CallRef { func }) => Step::Call { func, tail: false },
        ("function-references" | "gc", Step::Trap(Trap::CallNull | Trap::AsNonNull | Trap::ArrayGet | Trap::Cast)) => {
            Step::Trap(Trap::Unreachable)
        }
        (_, Step::Try { catch, body }) => Step::Try { catch, body: all(body) },
        (_, Step::Repeat { times, body }) => Step::Repeat { times, body: all(body) },
        (_, step) => step,
    };
    vec![one]
}

/// The words for what modules take beyond release 2.0: those of which one at least is not valid without what they stand for.
pub fn needs(modules: &[Vec<u8>]) -> Vec<&'static str> {
    words(|config| modules.iter().all(|bytes| Module::new(config, bytes.clone()).is_ok()))
}

/// The words without which something is not valid; of what only some hosts have, none.
pub fn words(is_valid: impl Fn(&Config) -> bool) -> Vec<&'static str> {
    let names = || crate::case::needs::NEEDS.iter().map(|need| need.name);
    let all: Vec<&str> = names().filter(|name| !name.starts_with("wasi")).collect();
    let mut needs = needed(&all, &all, &is_valid);
    if needs.contains(&"gc") {
        // It brings them along.
        needs.retain(|name| *name != "function-references");
    }
    needs
}

/// Those of `some` without which something is not valid that is valid with `all`: few are, so that many are left out at once.
fn needed(some: &[&'static str], all: &[&'static str], is_valid: &impl Fn(&Config) -> bool) -> Vec<&'static str> {
    let of = |names: &[&str]| features(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).0;
    let without = match some {
        ["gc"] => of(some) - of(&["function-references"]),
        some => of(some) - Features::WASM2,
    };
    if is_valid(&Config { features: of(all) - without, ..Config::default() }) {
        return Vec::new();
    }
    if some.len() <= 1 {
        return some.to_vec();
    }
    let (left, right) = some.split_at(some.len() / 2);
    [left, right].into_iter().flat_map(|half| needed(half, all, is_valid)).collect()
}

/// What the module takes that the runtime does not accept; `None` if it takes nothing of the kind.
pub fn lacks(bytes: &[u8], accepted: &Accepted) -> Option<String> {
    if let Some(lacking) = accepted.lacking() {
        return Some(lacking);
    }
    let refused = accepted.refused();
    let is_valid = |without: Option<&str>| {
        let names = crate::case::needs::NEEDS.iter().map(|need| need.name.to_owned());
        let names: Vec<String> = match without {
            Some(name) => names.filter(|other| other != name).collect(),
            None => names.filter(|name| !refused.contains(&name.as_str())).collect(),
        };
        // The words that brings a proposal along are those of all others, too.
        let mut all = features(&names).0;
        if let Some(name) = without {
            all -= features(&[name.to_owned()]).0 - preflight_engine::Features::WASM2;
        }
        Module::new(&Config { features: all, ..Config::default() }, bytes.to_vec()).is_ok()
    };
    if is_valid(None) {
        return None;
    }
    let needed: Vec<&str> = refused.iter().copied().filter(|name| !is_valid(Some(name))).collect();
    Some(if needed.is_empty() { refused.join(" or ") } else { needed.join(", ") })
}
