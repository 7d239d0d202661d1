//! The temporary folder of a program whose inputs and results lie in files. Whoever ends the run can remove it.

use std::io;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tempfile::{Builder, TempDir};

/// A folder that is made when it is first needed, shared with the thread that ends the run at a signal.
#[derive(Clone, Debug, Default)]
pub struct Folder(Arc<Mutex<Option<TempDir>>>);

impl Folder {
    /// A new folder in it, which is removed with its value.
    ///
    /// # Errors
    /// If the system makes none.
    pub fn inner(&self) -> io::Result<TempDir> {
        let mut folder = self.lock();
        // A program may have removed it.
        if let Some(inner) = folder.as_ref().and_then(|folder| tempfile::tempdir_in(folder).ok()) {
            return Ok(inner);
        }
        tempfile::tempdir_in(folder.insert(Builder::new().prefix("dropout-oracle-").tempdir()?))
    }

    /// Removes it with everything in it.
    pub fn remove(&self) {
        self.lock().take();
    }

    /// The same, just before the end of this program: nobody else makes it again.
    pub fn remove_at_end(&self) {
        let mut folder = self.lock();
        folder.take();
        mem::forget(folder);
    }

    fn lock(&self) -> MutexGuard<'_, Option<TempDir>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
