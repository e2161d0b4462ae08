//! The stacks of the threads that run scripts. They are larger than those of threads usually are, as is the part of them that
//! compiled code is given, so that recursion ends at the same depth on both tiers. Only what is used of them is ever there.

use super::Options;

/// The machine's stack for compiled code: more than calls take that are within the limits of both tiers.
pub const COMPILED_BYTES: usize = if cfg!(target_pointer_width = "64") { 32 << 20 } else { 1 << 20 };

/// What else a thread needs: as much as the main thread of a process has.
const OTHER_BYTES: usize = 8 << 20;

/// The stack of a thread that runs programs whose compiled code is given [`COMPILED_BYTES`].
pub const THREAD_BYTES: usize = COMPILED_BYTES + OTHER_BYTES;

/// The stack of a thread on which `options` can be run.
pub(super) fn thread_bytes(options: &Options) -> usize {
    options.config.limits.native_stack_bytes.saturating_add(OTHER_BYTES)
}

/// A pool of that many threads (as many as there are cores if `None`), each with [`THREAD_BYTES`].
///
/// # Errors
/// The system gives no threads.
pub(crate) fn pool(threads: Option<usize>) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).stack_size(THREAD_BYTES).build()
}

/// These options on the threads of a [`pool`].
pub(crate) fn in_pool(options: &Options) -> Options {
    let mut options = options.clone();
    let limits = &mut options.config.limits;
    limits.native_stack_bytes = limits.native_stack_bytes.max(COMPILED_BYTES);
    limits.fiber_stack_bytes = limits.fiber_stack_bytes.max(COMPILED_BYTES);
    options
}
