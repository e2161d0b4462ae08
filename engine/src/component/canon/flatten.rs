//! CanonicalABI.md, *Flattening*: the core type of a lifted or lowered function.

use super::super::types::FuncType;
use super::{Options, shape::flatten_types};
use crate::syntax::{FuncType as CoreFuncType, ValType as CoreType};

pub(crate) const MAX_FLAT_PARAMS: usize = 16;
pub(crate) const MAX_FLAT_ASYNC_PARAMS: usize = 4;
pub(crate) const MAX_FLAT_RESULTS: usize = 1;

/// The `context` of `flatten_functype`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LiftOrLower {
    #[cfg_attr(not(test), allow(dead_code, reason = "validation has matched lifted functions with their core types"))]
    Lift,
    Lower,
}

/// `flatten_functype`.
pub(crate) fn flatten_functype(opts: &Options, ft: &FuncType, context: LiftOrLower) -> CoreFuncType {
    let params = flatten_types(&ft.param_types(), opts.w);
    let results = flatten_types(&ft.result_types(), opts.w);
    let limit = match context {
        LiftOrLower::Lower if opts.is_async => MAX_FLAT_ASYNC_PARAMS,
        _ => MAX_FLAT_PARAMS,
    };
    let mut params = params.filter(|flat| flat.len() <= limit).unwrap_or_else(|| vec![opts.ptr_type()]);
    let spilled = results.as_ref().is_none_or(|flat| flat.len() > MAX_FLAT_RESULTS);
    let results = match (context, opts.is_async) {
        (LiftOrLower::Lift, false) if spilled => vec![opts.ptr_type()],
        (LiftOrLower::Lower, false) if spilled => {
            params.push(opts.ptr_type());
            vec![]
        }
        (_, false) => results.unwrap_or_default(),
        (LiftOrLower::Lift, true) if opts.callback.is_some() => vec![CoreType::I32],
        (LiftOrLower::Lift, true) => vec![],
        (LiftOrLower::Lower, true) => {
            if results.is_none_or(|flat| !flat.is_empty()) {
                params.push(opts.ptr_type());
            }
            vec![CoreType::I32]
        }
    };
    CoreFuncType::new(params, results)
}
