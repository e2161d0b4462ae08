//! How plans of imports are drawn: something is declared, and what is given is often the same, with one thing changed.

use super::{Core, Func, Import, ImportPlan, Interface, Item, Limits, Num, Prim, Shape};
use arbitrary::{Arbitrary, Result, Unstructured};

impl<'a> Arbitrary<'a> for ImportPlan {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let is_exported = chance(u, 3)?;
        let n = u.int_in_range(1..=3)?;
        let mut imports = (0..n).map(|_| import(u)).collect::<Result<Vec<_>>>()?;
        let stubs = chance(u, 3)?;
        for import in imports.iter_mut().filter(|_| stubs) {
            if chance(u, 2)? {
                import.given = None;
            }
        }
        if stubs && imports.len() < 3 {
            let interface = Interface { imports: Vec::new(), exports: some(u, |u| item(u, 2))? };
            imports.push(Import { wanted: Item::Component(interface), given: None });
        }
        Ok(ImportPlan { is_exported, imports, stubs }.normalise())
    }
}

impl ImportPlan {
    /// The normal plan with this number.
    pub fn from_seed(seed: u64) -> ImportPlan {
        let bytes = crate::bytes_of_seed(seed);
        ImportPlan::arbitrary(&mut Unstructured::new(&bytes)).expect("zeros follow when the data ends")
    }
}

fn chance(u: &mut Unstructured<'_>, of: u32) -> Result<bool> {
    Ok(u.int_in_range(1..=of)? == of)
}

fn import(u: &mut Unstructured<'_>) -> Result<Import> {
    let wanted = item(u, 3)?;
    let given = match u.int_in_range(0..=19)? {
        0 => None,
        1 => Some(item(u, 3)?),
        2..=9 => {
            let mut given = wanted.clone();
            change(u, &mut given)?;
            Some(given)
        }
        _ => Some(wanted.clone()),
    };
    Ok(Import { wanted, given })
}

fn item(u: &mut Unstructured<'_>, levels: usize) -> Result<Item> {
    let is_leaf = levels <= 1;
    Ok(match u.int_in_range(0..=15)? {
        0 | 1 => Item::Func(func(u)?),
        2 => Item::Resource,
        3 => Item::Type(prim(u)?),
        14 | 15 if levels > 1 => Item::TypeOf(Box::new(match u.int_in_range(0..=2)? {
            0 => Item::Func(func(u)?),
            1 => Item::Instance(some(u, |u| item(u, levels - 1))?),
            _ => {
                let (imports, exports) = (some(u, |u| item(u, levels - 1))?, some(u, |u| item(u, levels - 1))?);
                Item::Component(Interface { imports, exports })
            }
        })),
        4..=8 => Item::Module(Shape { imports: some(u, core)?, exports: some(u, core)? }),
        _ if is_leaf => Item::Func(func(u)?),
        9 | 10 => Item::Instance(some(u, |u| item(u, levels - 1))?),
        _ => {
            let (imports, exports) = (some(u, |u| item(u, levels - 1))?, some(u, |u| item(u, levels - 1))?);
            Item::Component(Interface { imports, exports })
        }
    })
}

fn some<'u, T>(u: &mut Unstructured<'u>, draw: impl Fn(&mut Unstructured<'u>) -> Result<T>) -> Result<Vec<T>> {
    let n = u.int_in_range(0..=2)?;
    (0..n).map(|_| draw(u)).collect()
}

fn func(u: &mut Unstructured<'_>) -> Result<Func> {
    Ok(Func { params: some(u, prim)?, result: if chance(u, 2)? { Some(prim(u)?) } else { None } })
}

fn prim(u: &mut Unstructured<'_>) -> Result<Prim> {
    use Prim::*;
    Ok(*u.choose(&[Bool, U8, U32, U64, F32, Char, String])?)
}

fn num(u: &mut Unstructured<'_>) -> Result<Num> {
    Ok(*u.choose(&[Num::I32, Num::I64, Num::F64])?)
}

fn limits(u: &mut Unstructured<'_>) -> Result<Limits> {
    let min = u.int_in_range(0..=3)?;
    Ok(Limits { min, max: if chance(u, 2)? { Some(u.int_in_range(0..=5)?) } else { None } })
}

fn core(u: &mut Unstructured<'_>) -> Result<Core> {
    Ok(match u.int_in_range(0..=4)? {
        0 => Core::Func(some(u, num)?, some(u, num)?),
        1 => Core::Table(limits(u)?),
        2 => Core::Memory(limits(u)?, chance(u, 3)?),
        3 => Core::Global(num(u)?, chance(u, 2)?),
        _ => Core::Tag(some(u, num)?),
    })
}

/// Changes one thing, which need not matter.
fn change(u: &mut Unstructured<'_>, of: &mut Item) -> Result<()> {
    match of {
        Item::Func(of) => match u.int_in_range(0..=2)? {
            0 => of.params.push(prim(u)?),
            1 => drop(of.params.pop()),
            _ => of.result = if of.result.is_some() { None } else { Some(prim(u)?) },
        },
        Item::Instance(items) => change_list(u, items, &|u| item(u, 1), &change)?,
        Item::Module(shape) => {
            let of = if chance(u, 2)? { &mut shape.imports } else { &mut shape.exports };
            change_list(u, of, &core, &change_core)?;
        }
        Item::Component(interface) => {
            let of = if chance(u, 2)? { &mut interface.imports } else { &mut interface.exports };
            change_list(u, of, &|u| item(u, 1), &change)?;
        }
        Item::Resource => *of = item(u, 1)?,
        Item::Type(of) => *of = prim(u)?,
        Item::TypeOf(of) => change(u, of)?,
    }
    Ok(())
}

type Draw<'d, 'u, T> = &'d dyn Fn(&mut Unstructured<'u>) -> Result<T>;
type Change<'d, 'u, T> = &'d dyn Fn(&mut Unstructured<'u>, &mut T) -> Result<()>;

fn change_list<'u, T>(
    u: &mut Unstructured<'u>,
    items: &mut Vec<T>,
    draw: Draw<'_, 'u, T>,
    change: Change<'_, 'u, T>,
) -> Result<()> {
    match (u.int_in_range(0..=4)?, items.len()) {
        (0, _) | (_, 0) => items.push(draw(u)?),
        (1, _) => drop(items.pop()),
        (_, len) => {
            let at = u.int_in_range(0..=len - 1)?;
            change(u, &mut items[at])?;
        }
    }
    Ok(())
}

fn change_core(u: &mut Unstructured<'_>, of: &mut Core) -> Result<()> {
    match of {
        Core::Func(params, results) => {
            let of = if chance(u, 2)? { params } else { results };
            if of.pop().is_none() {
                of.push(num(u)?);
            }
        }
        Core::Table(of) | Core::Memory(of, _) if chance(u, 2)? => *of = limits(u)?,
        Core::Memory(_, is_shared) => *is_shared ^= true,
        Core::Global(ty, is_mutable) => match chance(u, 2)? {
            true => *is_mutable ^= true,
            false => *ty = num(u)?,
        },
        Core::Table(_) => *of = core(u)?,
        Core::Tag(params) => params.push(num(u)?),
    }
    Ok(())
}
