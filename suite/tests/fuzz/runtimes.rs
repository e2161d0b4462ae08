//! Other runtimes are judged by the same predictions.

use crate::common;
use preflight::{
    fuzz::{
        Class, Judge,
        campaign::{self, Inputs, Until},
    },
    trace::Outcome,
};
use preflight_engine::Tier;
use preflight_plan::Plan;

/// What a runtime shows is held against the prediction, and whatever it gets wrong is found.
#[cfg(feature = "wasmi")]
#[test]
fn other_runtimes_are_judged_by_the_prediction() {
    use common::{Liar, Lie};
    let plan: Plan = serde_json::from_str(common::LEFT_OVER).expect("a plan");
    let plan = plan.normalise();
    let judged = |lie: Lie| {
        let foreign = preflight::fuzz::Foreign::new("liar", move || Ok(Box::new(Liar::new(lie))));
        Judge::new(&[Tier::Interp]).with_runtimes(vec![foreign]).plan(&plan).0
    };
    let honest = judged(Lie::None);
    assert_eq!((honest.class, honest.finding), (Class::AgreedOnFailure, None));
    assert_eq!((honest.runtimes[0].class, &honest.runtimes[0].lacks), (Class::AgreedOnFailure, &None));
    for (lie, what) in [
        (Lie::Memory, "a memory afterwards"),
        (Lie::Table, "a table afterwards"),
        (Lie::Global, "a global afterwards"),
        (Lie::Log, "calls of the host"),
        (Lie::Outcome, "outcome trap: out of bounds memory access (initialise) / unlinkable"),
        (Lie::Call, "function in a table returned a value / returned a value"),
        (Lie::Refuse, "refuses a valid module"),
        (Lie::Panic, "it broke: crash: a lie"),
        (Lie::Unread, "a memory afterwards cannot be read: unlinkable"),
    ] {
        let verdict = judged(lie);
        assert_eq!(verdict.class, Class::Disagreed, "{what}");
        assert_eq!(verdict.finding.expect("a finding").signature, format!("predicted != liar: {what}"));
    }
}

/// A bug that is known is not found again, and what it does not explain is.
#[cfg(feature = "wasmi")]
#[test]
fn what_known_bugs_predict_is_no_finding() {
    use common::{Liar, Lie};
    use preflight_plan::Deviation;
    let plan: Plan = serde_json::from_str(common::LEFT_OVER).expect("a plan");
    let plan = plan.normalise();
    let judged = |lie: Lie, known: &[Deviation]| {
        let foreign = preflight::fuzz::Foreign::new("liar", move || Ok(Box::new(Liar::new(lie))));
        Judge::new(&[Tier::Interp]).with_runtimes(vec![foreign.with_known(known.to_vec())]).plan(&plan).0
    };
    let both = [Deviation::DeclarativeSegmentsStay, Deviation::StartWaitsForALookup];
    let known = judged(Lie::Start, &both);
    assert_eq!((known.class, known.finding), (Class::AgreedOnFailure, None));
    assert_eq!((known.runtimes[0].class, &known.runtimes[0].known[..]), (Class::Known, &both[1..]));
    for (lie, known) in [(Lie::Start, &both[..1]), (Lie::Start, &[]), (Lie::Table, &both)] {
        assert_eq!(judged(lie, known).class, Class::Disagreed, "{known:?}");
    }
    let honest = judged(Lie::None, &both);
    assert_eq!((honest.runtimes[0].class, &honest.runtimes[0].known[..]), (Class::AgreedOnFailure, &[][..]));
}

/// A runtime that breaks once, and is right when it is started again, has not done what a known bug makes of the plan.
#[cfg(feature = "wasmi")]
#[test]
fn a_break_is_explained_by_no_bug_that_does_something_else() {
    use common::{Liar, Lie};
    use preflight_plan::Deviation;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let plan: Plan = serde_json::from_str(common::LEFT_OVER).expect("a plan");
    let plan = plan.normalise();
    let all = [Deviation::DeclarativeSegmentsStay, Deviation::StartWaitsForALookup, Deviation::EscapedFunctionsBreak];
    for lie in [Lie::Panic, Lie::PanicAtEnd] {
        let opened = AtomicUsize::new(0);
        let open = move || {
            let lie = if opened.fetch_add(1, Ordering::Relaxed) == 0 { lie } else { Lie::None };
            Ok(Box::new(Liar::new(lie)) as Box<dyn preflight::runtime::Runtime>)
        };
        let foreign = preflight::fuzz::Foreign::new("liar", open).with_known(all.to_vec());
        let verdict = Judge::new(&[Tier::Interp]).with_runtimes(vec![foreign]).plan(&plan).0;
        let finding = verdict.finding.expect("a finding");
        assert_eq!(
            (verdict.class, &*finding.signature),
            (Class::Disagreed, "predicted != liar: it broke: crash: a lie")
        );
        assert_eq!(verdict.runtimes[0].class, Class::Disagreed);
    }
}

/// A plan at which a runtime is known to hang is given to it only as far as it comes.
#[test]
fn nobody_waits_where_a_runtime_is_known_to_hang() {
    use preflight::runtime::{Ability, About, End, Import, InstanceId, ModuleId, Runtime};
    use preflight_plan::Deviation;
    /// Takes every module, and never comes back from one with a wait in it.
    struct Hangs;
    impl Runtime for Hangs {
        fn about(&self) -> About {
            About::new("hangs", "1", "hangs", &[Ability::Core])
        }
        fn reset(&mut self) -> Result<(), End> {
            Ok(())
        }
        fn compile(&mut self, bytes: &[u8]) -> Result<ModuleId, End> {
            Ok(ModuleId(bytes.windows(2).any(|code| code == [0xfe, 1]).into()))
        }
        fn instantiate(&mut self, module: ModuleId, _: &[Import]) -> Result<InstanceId, End> {
            assert_eq!(module, ModuleId(0), "it hangs");
            Ok(InstanceId(0))
        }
        fn call(
            &mut self,
            _: InstanceId,
            _: &str,
            _: &[preflight::trace::Value],
        ) -> Result<Vec<preflight::trace::Value>, End> {
            Ok(Vec::new())
        }
    }
    let plan = |steps: &str| {
        let plan = format!(
            r#"{{ "modules": [{{ "memories": [{{ "min": 1, "max": 1, "shared": true }}], "start": 0,
                                "funcs": [{{ "steps": [{steps}] }}] }}], "nodes": [{{}}] }}"#
        );
        serde_json::from_str::<Plan>(&plan).expect("a plan").normalise()
    };
    let wait = r#"{ "atomic": { "op": "wait", "memory": 0, "at": 0, "width": 4, "value": 0, "expected": 0 } }"#;
    let looped = |body: &str| format!(r#"{{ "repeat": {{ "times": 2, "body": [{body}] }} }}"#);
    let known = [Deviation::WaitsClearTheLastLocal];
    let judged = |steps: &str, known: &[Deviation]| {
        let foreign = preflight::fuzz::Foreign::new("hangs", || Ok(Box::new(Hangs)));
        let judge = Judge::new(&[Tier::Interp]).with_runtimes(vec![foreign.with_known(known.to_vec())]);
        judge.plan(&plan(steps)).0.runtimes.remove(0)
    };
    let spared = judged(&looped(wait), &known);
    assert_eq!((spared.class, &spared.known[..], spared.finding), (Class::Known, &known[..], None));
    // Nobody knows of it; and no bug is in the way.
    for (steps, known) in [
        (looped(wait), &known[..0]),
        (wait.to_owned(), &known),
        // The counter of a loop within is the last local, and is set anew.
        (looped(&format!("{wait}, {}", looped(r#"{ "log": 1 }"#))), &known),
    ] {
        assert_eq!(judged(&steps, known).class, Class::Disagreed, "{steps}");
    }
    for known in [&known[..0], &known] {
        assert_eq!(judged(&looped(""), known).class, Class::Agreed);
    }
}

/// What one runtime does wrong does not hide what the others do, and every row has every input.
#[cfg(feature = "wasmi")]
#[test]
fn each_of_several_runtimes_has_its_own_verdict() {
    use common::{Liar, Lie};
    let plan: Plan = serde_json::from_str(common::LEFT_OVER).expect("a plan");
    let plan = plan.normalise();
    let foreign = |(name, lie): (&str, Lie)| preflight::fuzz::Foreign::new(name, move || Ok(Box::new(Liar::new(lie))));
    let all = [("first", Lie::Memory), ("honest", Lie::None), ("last", Lie::Table)].map(foreign).to_vec();
    let judge = Judge::new(&[Tier::Interp]).with_runtimes(all);
    let classes: Vec<Class> = judge.plan(&plan).0.runtimes.iter().map(|on| on.class).collect();
    assert_eq!(classes, [Class::Disagreed, Class::AgreedOnFailure, Class::Disagreed]);
    let plans = vec![plan.clone(), Plan::default().normalise(), plan];
    let report = campaign::run(&judge, Inputs::Plans(plans), Until::End, Some(1), &mut |_| true).expect("a thread");
    let found: Vec<_> = report.found.keys().map(String::as_str).collect();
    assert_eq!(found, ["predicted != first: a memory afterwards", "predicted != last: a table afterwards"]);
    for (name, disagreed) in [("first", 2), ("honest", 0), ("last", 2)] {
        let classes = &report.runtimes[name].classes;
        assert_eq!(classes.values().sum::<u64>(), 3, "{name}: {classes:?}");
        assert_eq!(classes.get(&Class::Disagreed).copied().unwrap_or_default(), disagreed, "{name}");
    }
}

/// A failure says more than an import that was not to match: with a runtime as with the tiers.
#[cfg(feature = "wasmi")]
#[test]
fn a_runtime_is_counted_in_the_class_of_the_tiers() {
    use common::{Liar, Lie};
    let foreign = preflight::fuzz::Foreign::new("honest", || Ok(Box::new(Liar::new(Lie::None))));
    let judge = Judge::new(&[Tier::Interp]).with_runtimes(vec![foreign]);
    let plan = r#"{ "modules": [{ "memories": [{ "min": 1 }], "exports": [{ "memory": 0 }] },
            { "args": [0], "imports": [{ "source": { "export": { "arg": 0, "export": 0 } }, "twist": "missing" }] },
            { "funcs": [{ "steps": [{ "trap": "unreachable" }] }], "start": 0 }],
        "nodes": [{ "module": 0 }, { "module": 1, "args": [0] }, { "module": 2 }] }"#;
    let plan: Plan = serde_json::from_str(plan).expect("a plan");
    let plan = plan.normalise();
    let outcomes = plan.expected().traces.into_iter().map(|trace| trace.outcome).collect::<Vec<_>>();
    assert!(outcomes.contains(&Outcome::Unlinkable), "{outcomes:?}");
    let verdict = judge.plan(&plan).0;
    assert_eq!((verdict.class, verdict.runtimes[0].class), (Class::AgreedOnFailure, Class::AgreedOnFailure));
}

/// The known bugs of runtimes are such as plans can predict.
#[test]
fn known_bugs_have_names() {
    for (runtime, _) in preflight_spec_tests::EXPECT {
        for known in preflight::expect::Expectations::built_in(runtime).expect("expectations").deviations {
            let name = serde_json::Value::from(known.name.clone());
            let deviation: Result<preflight_plan::Deviation, _> = serde_json::from_value(name);
            assert!(deviation.is_ok(), "spec-tests/expect/{runtime}.toml: no plan can predict {:?}", known.name);
        }
    }
}

/// What wasmi does not accept is left out of its plans, or named.
#[cfg(feature = "wasmi")]
#[test]
fn what_a_runtime_cannot_do_has_a_name() {
    let wasmi = preflight::runtime::known::in_this_process("wasmi").expect("it is built in");
    let open = move || Ok(wasmi());
    let judge = Judge::new(&[Tier::Interp]).with_runtimes(vec![preflight::fuzz::Foreign::new("wasmi", open)]);
    let (mut classes, mut without) = (std::collections::BTreeMap::new(), std::collections::BTreeSet::new());
    for seed in 0..150 {
        let (verdict, ..) = judge.plan(&Plan::from_seed(seed));
        for on in verdict.runtimes {
            assert_eq!(on.lacks.is_some(), on.class == Class::Unsupported, "{on:?}");
            *classes.entry(on.class).or_insert(0) += 1;
            without.extend(on.without);
        }
    }
    assert!(without.contains("exception-handling") && without.contains("gc"), "{without:?}");
    // It can do what the host does in a third of the plans, and those are compared.
    assert!(!without.contains(preflight::fuzz::HOSTS), "{without:?}");
    assert!(classes.get(&Class::AgreedOnFailure).is_some_and(|n| *n > 20), "{classes:?}");
}

/// What a runtime gets wrong on a plan that it was given as it is, it gets wrong on the smaller one as it is; a finding of the
/// tiers is made smaller all the same where runtimes are asked, too.
#[cfg(feature = "wasmi")]
#[test]
fn a_finding_of_a_runtime_becomes_a_plan_that_it_can_be_given() {
    use common::{Liar, Lie};
    use preflight::fuzz::{campaign::Input, config};
    let plan: Plan = serde_json::from_str(common::LEFT_OVER).expect("a plan");
    let input = Input::Plan(plan.normalise());
    let foreign = |lie| vec![preflight::fuzz::Foreign::new("liar", move || Ok(Box::new(Liar::new(lie))))];
    let judge = Judge::new(&[Tier::Interp]).with_runtimes(foreign(Lie::Global));
    let signature = "predicted != liar: a global afterwards";
    let Input::Plan(small) = campaign::smaller(&judge, &input, signature, 500) else { panic!("a plan") };
    let verdict = judge.plan(&small).0;
    assert!(verdict.has(signature) && verdict.runtimes[0].without.is_empty(), "{small:?}");
    assert_eq!((small.nodes.len(), small.modules[0].memories.len(), small.modules[0].globals.len()), (1, 0, 1));
    // Somebody else's finding: the engine has no memory to give.
    let mut poor = config(Tier::Interp);
    poor.limits.memory_bytes = 0;
    let judge = Judge::with_configs(vec![("poor", poor)]).with_runtimes(foreign(Lie::None));
    let signature = input.judge(&judge).finding.expect("no memory").signature;
    let Input::Plan(small) = campaign::smaller(&judge, &input, &signature, 500) else { panic!("a plan") };
    assert!(judge.plan(&small).0.has(&signature) && small.nodes.len() == 1 && small.modules[0].globals.is_empty());
}

/// A runtime that takes components by running scripts, and programs of WASI: what plans of these become is asked of it.
#[cfg(feature = "wasmi")]
#[test]
fn runtimes_are_given_the_cases_that_other_plans_become() {
    use common::Runner;
    use preflight::fuzz::campaign::Input;
    use preflight_plan::{
        component::ComponentPlan,
        values::{Import, ValuePlan},
        wasi::WasiPlan,
    };
    let judge = |is_wrong| {
        let foreign =
            preflight::fuzz::Foreign::new("runner", move || Ok(Box::new(Runner { is_wrong, ..Runner::default() })));
        Judge::new(&[Tier::Interp]).with_runtimes(vec![foreign])
    };
    let component = r#"{ "root": { "defs": [{ "core": { "steps": [{ "log": 1 }, "trap"], "result": 1 } }] } }"#;
    let component: ComponentPlan = serde_json::from_str(component).expect("a plan");
    let component = Input::Component(component.normalise());
    let right = component.judge(&judge(false));
    assert_eq!((right.class, right.runtimes[0].class), (Class::AgreedOnFailure, Class::AgreedOnFailure), "{right:?}");
    let wrong = component.judge(&judge(true));
    let signature = "predicted != runner: plan of components (script)";
    assert_eq!((wrong.class, wrong.has(signature)), (Class::Disagreed, true), "{wrong:?}");
    let Input::Component(small) = campaign::smaller(&judge(true), &component, signature, 100) else { panic!("a plan") };
    assert_eq!(small, ComponentPlan::default());
    // A program that is to write something or to fail, on a runtime where all of them just return.
    let is_quiet = |plan: &WasiPlan| plan.expected().stdout.is_empty();
    let plans = || (0..200).map(WasiPlan::from_seed);
    let classes = |plan: WasiPlan| Input::Program(plan).judge(&judge(false)).runtimes[0].class;
    assert!(plans().filter(|plan| !is_quiet(plan)).map(classes).any(|class| class == Class::Disagreed));
    assert!(
        plans().filter(is_quiet).map(classes).any(|class| class != Class::Disagreed && class != Class::Unsupported)
    );
    let again: WasiPlan =
        serde_json::from_str(r#"{ "again": true, "main": { "start": { "func": [] } } }"#).expect("a plan");
    let again = Input::Program(again.normalise()).judge(&judge(false));
    assert_eq!(again.runtimes[0].lacks.as_deref(), Some("entering a program never, or more than once"));
    let missing = ValuePlan { import: Some(Import::Missing), ..ValuePlan::default() };
    let value = Input::Value(missing).judge(&judge(false));
    assert_eq!(
        value.runtimes[0].lacks.as_deref(),
        Some("exports of instances that are given to components one by one")
    );
    let module = Input::Plan(serde_json::from_str::<Plan>(common::LEFT_OVER).expect("a plan").normalise());
    assert_eq!(module.judge(&judge(false)).runtimes[0].lacks.as_deref(), Some("primitives for core modules"));
}

/// What a program is read as, and bugs that are known, are told apart from what nobody predicts.
#[cfg(feature = "wasmi")]
#[test]
fn programs_are_judged_by_every_reading_and_by_known_bugs() {
    use common::Runner;
    use preflight::{
        fuzz::campaign::Input,
        runtime::{End, ProgramEnd},
    };
    use preflight_plan::{
        Deviation,
        wasi::{Reading, WasiPlan},
    };
    let known = [Deviation::PointersBeyondReturn, Deviation::BothEntriesInTurn];
    let judged = |plan: &str, known: &[Deviation], stdout: &str, end: Result<(), End>| {
        let plan: WasiPlan = serde_json::from_str(plan).expect("a plan");
        let ended = ProgramEnd { stdout: stdout.as_bytes().to_vec(), end };
        let runner = move || {
            Ok(Box::new(Runner { end: Some(ended.clone()), ..Runner::default() })
                as Box<dyn preflight::runtime::Runtime>)
        };
        let foreign = preflight::fuzz::Foreign::new("runner", runner).with_known(known.to_vec());
        let judge = Judge::new(&[Tier::Interp]).with_runtimes(vec![foreign]);
        let on = Input::Program(plan.normalise()).judge(&judge).runtimes.remove(0);
        let finding = on.finding.as_ref().map_or_else(String::new, |finding| finding.signature.clone());
        (on.class, on.readings, on.known, finding.trim_start_matches("predicted != runner: ").to_owned())
    };
    let none = String::new;
    let trap = || Err(End::Trap(Vec::new(), "a trap".to_owned()));
    // It prints in its start section, which may be refused, too; then the program fails in whatever way.
    let early = r#"{ "main": { "section": [{ "print": 97 }], "start": { "func": [{ "print": 98 }] } } }"#;
    assert_eq!(judged(early, &known, "ab", Ok(())), (Class::Agreed, vec![], vec![], none()));
    let unserved = vec![Reading::StartSectionUnserved];
    for end in [trap(), Err(End::Rejected("no".to_owned())), Err(End::Failed("no".to_owned()))] {
        assert_eq!(judged(early, &known, "", end), (Class::Agreed, unserved.clone(), vec![], none()));
    }
    let output = "program of preview 1 (standard output)".to_owned();
    assert_eq!(judged(early, &known, "b", Ok(())), (Class::Disagreed, vec![], vec![], output));
    let end = "program of preview 1 (the end: exit / trap)".to_owned();
    assert_eq!(judged(early, &known, "a", trap()), (Class::Disagreed, vec![], vec![], end));
    // A pointer beyond the memory is a trap, and what is known of one runtime excuses no other.
    let beyond = r#"{ "main": { "start": { "func": ["beyond", { "print": 98 }] } } }"#;
    assert_eq!(judged(beyond, &known, "", trap()), (Class::AgreedOnFailure, vec![], vec![], none()));
    assert_eq!(judged(beyond, &known, "b", Ok(())), (Class::Known, vec![], vec![known[0]], none()));
    let end = "program of preview 1 (the end: trap / exit)".to_owned();
    assert_eq!(judged(beyond, &known[1..], "b", Ok(())), (Class::Disagreed, vec![], vec![], end.clone()));
    assert_eq!(judged(beyond, &known, "", Ok(())), (Class::Disagreed, vec![], vec![], end));
    // Both at once.
    let both = r#"{ "main": { "initialize": { "func": [{ "print": 97 }] }, "start": { "func": ["beyond"] } } }"#;
    assert_eq!(judged(both, &known, "a", Ok(())), (Class::Known, vec![], known.to_vec(), none()));
    // A command line prints what the function that it was to call has returned.
    let called = r#"{ "invoke": true, "main": { "func": [{ "print": 97 }, "bump"] } }"#;
    for (stdout, class) in [("a", Class::Agreed), ("a2\n", Class::Agreed), ("a3\n", Class::Disagreed)] {
        assert_eq!(judged(called, &known, stdout, Ok(())).0, class, "{stdout}");
    }
}

/// The case of a known bug is one by which the runtime is right that has it, and by no other.
#[cfg(feature = "wasmi")]
#[test]
fn components_are_judged_by_known_bugs() {
    use common::Runner;
    use preflight::fuzz::campaign::Input;
    use preflight_plan::{Deviation, component::ComponentPlan};
    // The runner says of a script with a component that it does not hold, unless it asserts a trap.
    let plan = r#"{ "root": { "defs": [{ "child": { "defs": [{ "core": { "steps": [], "result": 1 } }] } },
        { "core": { "steps": [{ "call-child": 0 }], "result": 1 } }] } }"#;
    let plan: ComponentPlan = serde_json::from_str(plan).expect("a plan");
    let input = Input::Component(plan.normalise());
    let judged = |known: Vec<Deviation>| {
        let foreign =
            preflight::fuzz::Foreign::new("runner", || Ok(Box::new(Runner { is_wrong: true, traps: true, end: None })));
        let judge = Judge::new(&[Tier::Interp]).with_runtimes(vec![foreign.with_known(known)]);
        let on = input.judge(&judge).runtimes.remove(0);
        (on.class, on.known)
    };
    let bug = Deviation::StartsCannotCallComponents;
    assert_eq!(judged(vec![bug]), (Class::Known, vec![bug]));
    assert_eq!(judged(vec![Deviation::ImportsPassUnused, Deviation::TasksBreak]), (Class::Disagreed, vec![]));
}
