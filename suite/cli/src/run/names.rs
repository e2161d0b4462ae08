//! What a module calls its functions: the name section, then the exports.

use preflight_engine::{Module, syntax::ExternIndex};
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

/// What to say of a function that WASI preview 1 does not have.
pub fn slip<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let nearest = known.map(|other| (distance(name, other), other)).min();
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

    #[test]
    fn slips_are_small() {
        assert_eq!(
            [("", ""), ("abc", "abd"), ("fd_wirte", "fd_write"), ("a", "")].map(|(a, b)| distance(a, b)),
            [0, 1, 2, 1]
        );
        let known = || ["fd_read", "fd_write"].into_iter();
        assert!(slip("fd_wirte", known()).ends_with("is fd_write meant?"));
        assert!(slip("thread_spawn", known()).ends_with("no such function"));
    }
}
