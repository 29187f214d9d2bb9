use std::io;

/// Where keys, salts and nonces come from: the operating system in the app, a seed in tests.
///
/// Any `FnMut(&mut [u8])` is one, so a test passes its seeded generator as it is.
pub trait Random {
    /// Fills `bytes` completely.
    ///
    /// # Errors
    /// When the source gave nothing; then nothing may be made from `bytes`.
    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()>;
}

impl<F: FnMut(&mut [u8])> Random for F {
    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self(bytes);
        Ok(())
    }
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        getrandom::fill(bytes).map_err(io::Error::other)
    }
}
