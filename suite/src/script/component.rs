//! Directives about components. The engine's component half does not exist yet, so that each is unsupported; what will
//! run them goes here, reached from the same places.

use super::report::Problem;

/// Any directive that needs a component.
pub(super) fn unsupported() -> Problem {
    Problem::unsupported("components")
}
