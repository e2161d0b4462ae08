//! What a module calls its functions: the name section, then the exports.

use preflight_engine::{
    Module,
    syntax::ExternIndex,
    wasi::p1::{self, Snapshot},
};
use std::collections::BTreeMap;

/// Names by function index; those of the name section as the text format writes them.
pub fn functions(module: &Module) -> BTreeMap<u32, String> {
    let named = module.func_names().into_iter().map(|(index, name)| (index, format!("${name}")));
    let mut names: BTreeMap<u32, String> = named.collect();
    for export in &module.syntax().exports {
        if let ExternIndex::Func(index) = export.index {
            names.entry(index).or_insert_with(|| export.name.clone());
        }
    }
    names
}

/// What to say of a function that this snapshot of WASI preview 1 does not have.
pub fn slip(name: &str, snapshot: Snapshot) -> String {
    let has = |other: Snapshot| p1::names(other).any(|known| known == name);
    if let Some(other) = Snapshot::ALL.into_iter().find(|other| has(*other)) {
        return format!("{} has no such function; {} has one", snapshot.module(), other.module());
    }
    let nearest = p1::names(snapshot).map(|other| (distance(name, other), other)).min();
    match nearest {
        Some((distance, other)) if distance <= 1 + name.chars().count() / 4 => {
            format!("WASI preview 1 has no such function; is {other} meant?")
        }
        _ => "WASI preview 1 has no such function".to_owned(),
    }
}

/// How many letters have to be put in, taken out or exchanged for others.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in right.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(a != *b)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, slip};
    use preflight_engine::wasi::p1::Snapshot;

    #[test]
    fn slips_are_small() {
        assert_eq!(
            [("", ""), ("abc", "abd"), ("fd_wirte", "fd_write"), ("a", "")].map(|(a, b)| distance(a, b)),
            [0, 1, 2, 1]
        );
        for snapshot in Snapshot::ALL {
            assert!(slip("fd_wirte", snapshot).ends_with("is fd_write meant?"));
            assert!(slip("thread_spawn", snapshot).ends_with("no such function"));
        }
        let of_the_second = "wasi_unstable has no such function; wasi_snapshot_preview1 has one";
        assert_eq!(slip("sock_accept", Snapshot::Unstable), of_the_second);
    }
}
