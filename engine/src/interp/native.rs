//! Where the machine's own stack stands, for the limits on it.

/// The stack pointer. Not the address of a local variable: under AddressSanitizer that may lie on a stack which it made up
/// (`detect_stack_use_after_return`), far from the one that can run out.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(crate) fn stack_pointer() -> usize {
    let address: usize;
    // SAFETY: it reads a register.
    unsafe { std::arch::asm!("mov {0}, rsp", out(reg) address, options(nomem, nostack, preserves_flags)) };
    address
}

/// The stack pointer. Not the address of a local variable: under AddressSanitizer that may lie on a stack which it made up
/// (`detect_stack_use_after_return`), far from the one that can run out.
#[cfg(target_arch = "aarch64")]
#[inline(always)]
pub(crate) fn stack_pointer() -> usize {
    let address: usize;
    // SAFETY: it reads a register.
    unsafe { std::arch::asm!("mov {0}, sp", out(reg) address, options(nomem, nostack, preserves_flags)) };
    address
}

/// The address of a local variable, which is near enough.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[inline(always)]
pub(crate) fn stack_pointer() -> usize {
    let here = 0u8;
    &raw const here as usize
}
