//! What takes the place of the host, of stubs, and of what is missing in a provider: components that export the same.

use super::{Import, ImportPlan, Item, encode::exporting};
use crate::around::{Around, Kind, Provider};

impl ImportPlan {
    /// The plan's component in another one, in which a sibling exports what the host gives, and what there are stubs of. None
    /// where that cannot be: something does not match, or is given by another component's instance anyway. The plan must be
    /// [normal](Self::normalise).
    pub fn around(&self) -> Option<Vec<u8>> {
        if self.is_exported || !self.fits() {
            return None;
        }
        let items: Vec<Item> = self.imports.iter().map(filled).collect();
        let given: Vec<_> = items.iter().enumerate().map(|(i, item)| (format!("x{i}"), kind(item))).collect();
        let named = items.iter().enumerate().map(|(i, item)| (format!("x{i}"), item));
        Some(Around::new(&exporting(named), &given, &self.to_wasm().component).finish())
    }

    /// Components whose instances are to be given, so that the plan's component finds what the plan says, and nothing else. Where
    /// everything matches there are no stubs but in them.
    pub fn providers(&self) -> Vec<Provider> {
        let fits = self.fits();
        if self.is_exported {
            let item = |import: &Import| if fits { Some(filled(import)) } else { import.given.clone() };
            let items: Vec<_> = self.imports.iter().map(item).collect();
            let named = items.iter().enumerate().filter_map(|(i, item)| Some((format!("x{i}"), item.as_ref()?)));
            return vec![Provider::of("p", exporting(named))];
        }
        let (mut providers, mut others) = (Vec::new(), Vec::new());
        for (i, import) in self.imports.iter().enumerate() {
            let item = match (&import.given, &import.wanted) {
                // The declaration says all there is to say.
                (None, Item::Type(_) | Item::TypeOf(_)) => None,
                (given, _) => {
                    if fits {
                        Some(filled(import))
                    } else {
                        given.clone()
                    }
                }
            };
            match item {
                Some(Item::Instance(items)) => {
                    let named = items.iter().enumerate().map(|(i, item)| (format!("e{i}"), item));
                    providers.push(Provider::of(&format!("x{i}"), exporting(named)));
                }
                Some(item) => others.push((format!("x{i}"), item)),
                None => {}
            }
        }
        if !others.is_empty() {
            let component = exporting(others.iter().map(|(name, item)| (name.clone(), item)));
            let gives = others.into_iter().map(|(name, _)| name).collect();
            providers.push(Provider { gives, ..Provider::of("p", component) });
        }
        providers
    }
}

fn kind(item: &Item) -> Kind {
    match item {
        Item::Func(_) => Kind::Func,
        Item::Instance(_) => Kind::Instance,
        Item::Module(_) => Kind::Module,
        Item::Component(_) => Kind::Component,
        Item::Resource | Item::Type(_) | Item::TypeOf(_) => Kind::Type,
    }
}

/// What is given, and in the place of what is not the same as is declared.
fn filled(import: &Import) -> Item {
    match &import.given {
        Some(given) => filled_item(given, &import.wanted),
        None => import.wanted.clone(),
    }
}

fn filled_item(given: &Item, wanted: &Item) -> Item {
    let (Item::Instance(given), Item::Instance(wanted)) = (given, wanted) else { return given.clone() };
    let both = given.iter().zip(wanted).map(|(given, wanted)| filled_item(given, wanted));
    let more = given.iter().skip(wanted.len()).chain(wanted.iter().skip(given.len()));
    Item::Instance(both.chain(more.cloned()).collect())
}
