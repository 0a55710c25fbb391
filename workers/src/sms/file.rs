//! Messages into a folder, one file each: for development, tests and sites that deliver in their own way.

use super::provider::{OutgoingSms, SmsError, SmsFailure, SmsProvider};
use crate::private_file;
use std::io;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Writes `<folder>/<notification id>.txt`: a line `To: <number>`, an empty line, and the words. Folder and files are
/// their owner's alone, because the codes in them open accounts. A message that is there already is not written again.
#[derive(Clone, Debug)]
pub struct FileProvider {
    folder: PathBuf,
}

impl FileProvider {
    /// Writes into `folder`, which is made when it is first needed.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }
}

#[async_trait::async_trait]
impl SmsProvider for FileProvider {
    async fn send(&self, sms: &OutgoingSms) -> Result<(), SmsError> {
        let (folder, name) = (self.folder.clone(), format!("{}.txt", sms.notification));
        let message = Zeroizing::new(format!("To: {}\n\n{}\n", sms.to.as_str(), *sms.text));
        blocking(move || private_file::write_once(&folder, &name, message.as_bytes())).await
    }

    fn describe(&self) -> String {
        self.folder.display().to_string()
    }

    async fn check(&self) -> Result<(), SmsError> {
        let folder = self.folder.clone();
        blocking(move || private_file::check(&folder)).await
    }
}

async fn blocking(work: impl FnOnce() -> io::Result<()> + Send + 'static) -> Result<(), SmsError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| SmsError::Temporary(SmsFailure::Folder(error))),
        Err(_) => Err(SmsError::Temporary(SmsFailure::Closed)),
    }
}
