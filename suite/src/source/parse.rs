//! The grammar of scripts. What stands in modules, calls and values is read by the `wast` crate, which has not every form of
//! the rest.

use super::{
    ScriptModule,
    directive::{Action, Directive, DirectiveKind, Expected, Instance, Thread},
};
use crate::messages::Assertion;
use wast::{
    QuoteWat, WastDirective, Wat,
    core::WastRetCore,
    kw,
    parser::{Cursor, Parse, Parser, Peek, Result},
    token::Id,
};

mod own {
    wast::custom_keyword!(either);
    wast::custom_keyword!(ref_exn = "ref.exn");
    wast::custom_keyword!(script);
}

/// The words of directives that begin with no `assert_`. No field of a module begins so.
const WORDS: [&str; 10] =
    ["module", "component", "register", "invoke", "get", "thread", "wait", "script", "input", "output"];

/// The annotations that are not white space within modules.
const ANNOTATIONS: [&str; 5] = ["custom", "producers", "name", "dylink.0", "metadata.code.branch_hint"];

/// How deep directives and patterns may stand in each other; within modules it is `wast` that limits it.
const DEEPEST: usize = 100;

/// The directives of a script.
pub(crate) struct Directives<'a>(pub(crate) Vec<Directive<'a>>);

impl<'a> Parse<'a> for Directives<'a> {
    fn parse(parser: Parser<'a>) -> Result<Self> {
        let mut all = Vec::new();
        if !parser.is_empty() && !parser.peek2::<AnyDirective>()? {
            // The fields of a module, without the parentheses around them.
            let span = parser.cur_span();
            let module = ScriptModule { name: None, text: QuoteWat::Wat(parser.parse::<Wat<'_>>()?) };
            all.push(Directive { span, keyword: "module", kind: DirectiveKind::Module(module) });
        }
        while !parser.is_empty() {
            directive(parser, &mut all)?;
        }
        Ok(Directives(all))
    }
}

/// The first word of a directive.
struct AnyDirective;

impl Peek for AnyDirective {
    fn peek(cursor: Cursor<'_>) -> Result<bool> {
        Ok(cursor.keyword()?.is_some_and(|(word, _)| WORDS.contains(&word) || word.starts_with("assert_")))
    }

    fn display() -> &'static str {
        "a directive"
    }
}

/// One directive, or those within `script`: they are run where they stand, and the name that they get is only for `output`.
fn directive<'a>(parser: Parser<'a>, all: &mut Vec<Directive<'a>>) -> Result<()> {
    let span = parser.cur_span();
    parser.parens(|parser| {
        if !parser.peek::<own::script>()? {
            let (keyword, kind) = kind(parser)?;
            all.push(Directive { span, keyword, kind });
            return Ok(());
        }
        check_depth(parser)?;
        parser.parse::<own::script>()?;
        parser.parse::<Option<Id<'_>>>()?;
        while !parser.is_empty() {
            directive(parser, all)?;
        }
        Ok(())
    })
}

fn check_depth(parser: Parser<'_>) -> Result<()> {
    if parser.parens_depth() > DEEPEST { Err(parser.error("item nesting too deep")) } else { Ok(()) }
}

/// The word that comes next, which is not passed.
fn next_word<'a>(parser: Parser<'a>) -> Result<&'a str> {
    parser.step(|cursor| Ok((cursor.keyword()?.map_or("", |(word, _)| word), cursor)))
}

/// The next word is passed.
fn pass_word(parser: Parser<'_>) -> Result<()> {
    parser.step(|cursor| match cursor.keyword()? {
        Some((_, rest)) => Ok(((), rest)),
        None => Err(cursor.error("expected a keyword")),
    })
}

/// The words of a directive, and what stands in its parentheses.
fn kind<'a>(parser: Parser<'a>) -> Result<(&'static str, DirectiveKind<'a>)> {
    use DirectiveKind as K;
    match next_word(parser)? {
        "module" | "component" => Ok(match module(parser)? {
            Form::Module(module) => ("module", K::Module(module)),
            Form::Definition(module) => ("module definition", K::ModuleDefinition(module)),
            Form::Instance(instance) => ("module instance", K::ModuleInstance(instance)),
        }),
        "invoke" => Ok(("invoke", K::Action(action(parser)?))),
        "get" => Ok(("get", K::Action(action(parser)?))),
        "register" => {
            pass_word(parser)?;
            Ok(("register", K::Register { name: parser.parse()?, instance: parser.parse()? }))
        }
        "thread" => Ok(("thread", K::Thread(thread(parser)?))),
        "wait" => {
            pass_word(parser)?;
            Ok(("wait", K::Wait(parser.parse()?)))
        }
        "input" => {
            pass_word(parser)?;
            let name = parser.parse()?;
            parser.parse::<&[u8]>()?;
            Ok(("input", K::Input(name)))
        }
        "output" => {
            pass_word(parser)?;
            parser.parse::<Option<Id<'_>>>()?;
            parser.parse::<Option<&[u8]>>()?;
            Ok(("output", K::Output))
        }
        _ => assertion(parser),
    }
}

fn assertion<'a>(parser: Parser<'a>) -> Result<(&'static str, DirectiveKind<'a>)> {
    use Assertion as A;
    let word = next_word(parser)?;
    match word {
        "assert_return" => returns(parser).map(|kind| ("assert_return", kind)),
        "assert_exception" => {
            pass_word(parser)?;
            Ok(("assert_exception", DirectiveKind::AssertException(parser.parens(action)?)))
        }
        "assert_suspension" => {
            pass_word(parser)?;
            parser.parens(action)?;
            parser.parse::<&str>()?;
            Ok(("assert_suspension", DirectiveKind::AssertSuspension))
        }
        "assert_trap" => ends(parser, A::Trap).map(|kind| ("assert_trap", kind)),
        "assert_exhaustion" => ends(parser, A::Exhaustion).map(|kind| ("assert_exhaustion", kind)),
        "assert_unlinkable" => ends(parser, A::Unlinkable).map(|kind| ("assert_unlinkable", kind)),
        "assert_malformed" => refused(parser, A::Malformed, false).map(|kind| ("assert_malformed", kind)),
        "assert_invalid" => refused(parser, A::Invalid, false).map(|kind| ("assert_invalid", kind)),
        "assert_malformed_custom" => refused(parser, A::Malformed, true).map(|kind| ("assert_malformed_custom", kind)),
        "assert_invalid_custom" => refused(parser, A::Invalid, true).map(|kind| ("assert_invalid_custom", kind)),
        _ => Err(parser.error("unexpected token: no directive begins so")),
    }
}

fn returns<'a>(parser: Parser<'a>) -> Result<DirectiveKind<'a>> {
    pass_word(parser)?;
    let action = parser.parens(action)?;
    let mut results = Vec::new();
    while !parser.is_empty() {
        results.push(parser.parens(|parser| parser.parse())?);
    }
    Ok(DirectiveKind::AssertReturn { action, results })
}

fn ends<'a>(parser: Parser<'a>, assertion: Assertion) -> Result<DirectiveKind<'a>> {
    pass_word(parser)?;
    let at = parser.cur_span();
    let action = parser.parens(action)?;
    let may_be = match (assertion, &action) {
        (Assertion::Exhaustion, action) => matches!(action, Action::Invoke(_) | Action::Get { .. }),
        (Assertion::Unlinkable, action) => matches!(action, Action::Module(_) | Action::Instance(_)),
        _ => true,
    };
    if !may_be {
        return Err(parser.error_at(at, "unexpected token: this assertion is not about such an action"));
    }
    Ok(DirectiveKind::AssertEnd { action, assertion, message: parser.parse()? })
}

fn refused<'a>(parser: Parser<'a>, assertion: Assertion, is_custom: bool) -> Result<DirectiveKind<'a>> {
    pass_word(parser)?;
    let at = parser.cur_span();
    let module = match parser.parens(module)? {
        // Nothing is instantiated anyway.
        Form::Module(module) | Form::Definition(module) => module,
        Form::Instance(_) => return Err(parser.error_at(at, "unexpected token: an instance is no module")),
    };
    Ok(DirectiveKind::AssertRefused { module, assertion, is_custom, message: parser.parse()? })
}

/// What stands in the parentheses of an action.
fn action<'a>(parser: Parser<'a>) -> Result<Action<'a>> {
    let at = parser.cur_span();
    match next_word(parser)? {
        "invoke" => Ok(Action::Invoke(parser.parse()?)),
        "get" => {
            pass_word(parser)?;
            Ok(Action::Get { instance: parser.parse()?, name: parser.parse()? })
        }
        "module" | "component" => match module(parser)? {
            Form::Module(module) => Ok(Action::Module(module)),
            Form::Instance(instance) => Ok(Action::Instance(instance)),
            Form::Definition(_) => Err(parser.error_at(at, "misplaced module definition")),
        },
        _ => Err(parser.error("unexpected token: no action begins so")),
    }
}

/// What begins with `module` or `component`.
enum Form<'a> {
    Module(ScriptModule<'a>),
    Definition(ScriptModule<'a>),
    Instance(Instance<'a>),
}

fn module<'a>(parser: Parser<'a>) -> Result<Form<'a>> {
    if parser.peek2::<kw::instance>()? {
        return instance(parser).map(Form::Instance);
    }
    let is_definition = parser.peek2::<kw::definition>()?;
    let module = if is_quoted(parser)? {
        quoted(parser)?
    } else {
        // What `wast` does itself, but not in a definition.
        let _known = ANNOTATIONS.map(|name| parser.register_annotation(name));
        match parser.parse()? {
            WastDirective::Module(text) | WastDirective::ModuleDefinition(text) => {
                ScriptModule { name: text.name(), text }
            }
            other => return Err(parser.error_at(other.span(), "unexpected token: no module begins so")),
        }
    };
    Ok(if is_definition { Form::Definition(module) } else { Form::Module(module) })
}

/// A name alone is that of the module.
fn instance<'a>(parser: Parser<'a>) -> Result<Instance<'a>> {
    pass_word(parser)?;
    parser.parse::<kw::instance>()?;
    let (first, second) = (parser.parse()?, parser.parse()?);
    Ok(match second {
        Some(_) => Instance { name: first, module: second },
        None => Instance { name: None, module: first },
    })
}

/// Whether `quote` comes next, behind `definition` and a name if there are any.
fn is_quoted(parser: Parser<'_>) -> Result<bool> {
    parser.step(|cursor| {
        let Some((_, mut rest)) = cursor.keyword()? else { return Ok((false, cursor)) };
        if let Some(("definition", behind)) = rest.keyword()? {
            rest = behind;
        }
        if let Some((_, behind)) = rest.id()? {
            rest = behind;
        }
        Ok((matches!(rest.keyword()?, Some(("quote", _))), cursor))
    })
}

fn quoted<'a>(parser: Parser<'a>) -> Result<ScriptModule<'a>> {
    let is_component = parser.peek::<kw::component>()?;
    pass_word(parser)?;
    parser.parse::<Option<kw::definition>>()?;
    let name = parser.parse()?;
    let span = parser.parse::<kw::quote>()?.0;
    let mut strings = Vec::new();
    while !parser.is_empty() {
        strings.push((parser.cur_span(), parser.parse()?));
    }
    let text = match is_component {
        true => QuoteWat::QuoteComponent(span, strings),
        false => QuoteWat::QuoteModule(span, strings),
    };
    Ok(ScriptModule { name, text })
}

fn thread<'a>(parser: Parser<'a>) -> Result<Thread<'a>> {
    check_depth(parser)?;
    pass_word(parser)?;
    let name = parser.parse()?;
    let mut shared = None;
    if parser.peek2::<kw::shared>()? {
        shared = Some(parser.parens(|parser| {
            parser.parse::<kw::shared>()?;
            parser.parens(|parser| {
                parser.parse::<kw::module>()?;
                parser.parse()
            })
        })?);
    }
    let mut directives = Vec::new();
    while !parser.is_empty() {
        directive(parser, &mut directives)?;
    }
    Ok(Thread { name, shared, directives })
}

impl<'a> Parse<'a> for Expected<'a> {
    fn parse(parser: Parser<'a>) -> Result<Self> {
        if parser.peek::<kw::r#ref>()? {
            return parser.parse::<kw::r#ref>().map(|_| Expected::Ref);
        }
        if parser.peek::<own::ref_exn>()? {
            return parser.parse::<own::ref_exn>().map(|_| Expected::Exn);
        }
        if parser.peek::<own::either>()? {
            return either(parser).map(Expected::Either);
        }
        Ok(match parser.peek::<WastRetCore<'_>>()? {
            true => Expected::Core(parser.parse()?),
            false => Expected::Component(parser.parse()?),
        })
    }
}

fn either<'a>(parser: Parser<'a>) -> Result<Vec<Expected<'a>>> {
    check_depth(parser)?;
    parser.parse::<own::either>()?;
    let mut cases = vec![parser.parens(|parser| parser.parse())?];
    while !parser.is_empty() {
        cases.push(parser.parens(|parser| parser.parse())?);
    }
    Ok(cases)
}
