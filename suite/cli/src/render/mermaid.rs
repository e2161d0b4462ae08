//! A trace as a Mermaid sequence diagram: the host and the instances, and what they do to each other.

use super::{Notes, state, words::Words};
use preflight_engine::trace::{Event, InstancePath, Level, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// Lines of a memory or table in a note.
const MOST: state::Most = state::Most(4);

/// The diagram as text.
pub fn mermaid(trace: &Trace, notes: &Notes) -> String {
    let mut diagram =
        Diagram { words: Words::short(notes), ids: BTreeMap::new(), coming_up: BTreeSet::new(), lines: Vec::new() };
    diagram.participants(&trace.events);
    for event in &trace.events {
        diagram.event(event);
    }
    diagram.note("host", &format!("outcome: {}", trace.outcome));
    if trace.level > Level::Outcome {
        for item in &trace.post_mortem.0 {
            let lines = state::lines(item, &diagram.words, MOST);
            diagram.note("host", &lines.join("\n"));
        }
    }
    diagram.lines.join("\n") + "\n"
}

struct Diagram<'a> {
    words: Words<'a>,
    /// The participants' names in the diagram's language.
    ids: BTreeMap<InstancePath, String>,
    /// Instances that are being instantiated.
    coming_up: BTreeSet<InstancePath>,
    lines: Vec<String>,
}

impl Diagram<'_> {
    fn participants(&mut self, events: &[Event]) {
        self.lines.push("sequenceDiagram".to_owned());
        self.lines.push("    participant host".to_owned());
        for event in events {
            let at = event.at();
            if !self.ids.contains_key(at) {
                let id = format!("i{}", self.ids.len());
                self.lines.push(format!("    participant {id} as {}", escape(&self.words.instance(at))));
                self.ids.insert(at.clone(), id);
            }
        }
    }

    fn event(&mut self, event: &Event) {
        let id = self.ids[event.at()].clone();
        let text = self.words.event(event);
        match event {
            Event::StartEntered { at, .. } => {
                self.begin(event, &id);
                let from = self.requester(at);
                self.arrow(&from, "->>", &id, &text);
            }
            Event::StartLeft { at, .. } => {
                let to = self.requester(at);
                self.arrow(&id, "-->>", &to, &text);
            }
            // A component calls its own start functions.
            Event::ComponentStartEntered { .. } => self.arrow(&id, "->>", &id, &text),
            Event::ComponentStartLeft { .. } => self.arrow(&id, "-->>", &id, &text),
            Event::Called { .. } => {
                self.begin(event, &id);
                self.arrow("host", "->>", &id, &text);
            }
            Event::Returned { .. } => self.arrow(&id, "-->>", "host", &text),
            Event::HostCalled { .. } => self.arrow(&id, "->>", "host", &text),
            Event::HostReturned { .. } => self.arrow("host", "-->>", &id, &text),
            Event::InstanceDone { at } | Event::ComponentDone { at } => {
                self.begin(event, &id);
                self.coming_up.remove(at);
                let to = self.requester(at);
                self.arrow(&id, "-->>", &to, &text);
            }
            Event::Trapped { at, .. } | Event::Threw { at, .. } => {
                self.coming_up.remove(at);
                let to = self.requester(at);
                self.arrow(&id, "--x", &to, &text);
            }
            Event::ComponentBegun { .. } => self.begin(event, &id),
            Event::Lifted { .. }
            | Event::Lowered { .. }
            | Event::ResourceMade { .. }
            | Event::ResourceDropped { .. }
            | Event::Locked { .. }
            | Event::RuleApplied { .. }
            | Event::EntryCalled { .. }
            | Event::Output { .. }
            | Event::Exited { .. }
            | Event::Task { .. }
            | Event::Thread { .. }
            | Event::EventDelivered { .. } => self.note(&id, &text),
            Event::ImportResolved { .. }
            | Event::InstanceAllocated { .. }
            | Event::Initialised { .. }
            | Event::SegmentApplied { .. }
            | Event::SegmentDropped { .. } => {
                self.begin(event, &id);
                self.note(&id, &text);
            }
        }
    }

    /// The first step of an instantiation is preceded by the host's request for it.
    fn begin(&mut self, event: &Event, id: &str) {
        let belongs_to_a_call = matches!(event, Event::Called { .. });
        if !belongs_to_a_call && self.coming_up.insert(event.at().clone()) {
            let from = self.requester(event.at());
            self.arrow(&from, "->>", id, "instantiate");
        }
    }

    /// Who instantiates: the component around it while that comes up, or else the host.
    fn requester(&self, at: &InstancePath) -> String {
        let parent = at.parent().filter(|parent| self.coming_up.contains(parent));
        parent.and_then(|parent| self.ids.get(&parent).cloned()).unwrap_or_else(|| "host".to_owned())
    }

    fn arrow(&mut self, from: &str, arrow: &str, to: &str, text: &str) {
        self.lines.push(format!("    {from}{arrow}{to}: {}", escape(text)));
    }

    fn note(&mut self, over: &str, text: &str) {
        self.lines.push(format!("    Note over {over}: {}", escape(text)));
    }
}

/// Characters that mean something to Mermaid or to HTML, as entities.
fn escape(text: &str) -> String {
    let escape = |c: char| match c {
        '#' => "#35;".to_owned(),
        ';' => "#59;".to_owned(),
        '<' => "#lt;".to_owned(),
        '>' => "#gt;".to_owned(),
        '\n' => "<br/>".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}
