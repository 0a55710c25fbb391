//! Messages into a folder, one `.eml` file each: for development, tests and sites that deliver in their own
//! way.

use std::io;
use std::path::PathBuf;

use super::message::OutgoingMail;
use super::transport::{MailTransport, SendError, SendFailure};
use crate::private_file;

/// Writes `<folder>/<notification id>.eml`. The folder is made with mode 0700 and the files with 0600,
/// because the links in them open accounts. A message that is there already is not written again.
#[derive(Clone, Debug)]
pub struct FileTransport {
    folder: PathBuf,
}

impl FileTransport {
    /// Writes into `folder`, which is made when it is first needed.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }
}

#[async_trait::async_trait]
impl MailTransport for FileTransport {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), SendError> {
        let (folder, name, message) =
            (self.folder.clone(), format!("{}.eml", mail.notification()), mail.formatted());
        blocking(move || private_file::write_once(&folder, &name, &message)).await
    }

    fn describe(&self) -> String {
        self.folder.display().to_string()
    }

    async fn check(&self) -> Result<(), SendError> {
        let folder = self.folder.clone();
        blocking(move || private_file::check(&folder)).await
    }
}

async fn blocking(work: impl FnOnce() -> io::Result<()> + Send + 'static) -> Result<(), SendError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| SendError::Temporary(SendFailure::Folder(error))),
        Err(_) => Err(SendError::Temporary(SendFailure::Closed)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::mail;
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    #[tokio::test]
    async fn a_message_is_one_private_file() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("outbox/mail");
        let transport = FileTransport::new(&folder);
        transport.check().await.unwrap();
        transport.send(&mail(7)).await.unwrap();
        transport.send(&mail(7)).await.unwrap();
        transport.send(&mail(8)).await.unwrap();

        let mut names: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            ["00000000-0000-0000-0000-000000000007.eml", "00000000-0000-0000-0000-000000000008.eml"]
        );
        let file = folder.join(&names[0]);
        assert_eq!(fs::read(&file).unwrap(), mail(7).formatted());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(&folder)), (0o600, 0o700));
        assert_eq!(transport.describe(), folder.display().to_string());
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_tried_again() {
        let home = tempfile::tempdir().unwrap();
        let occupied = home.path().join("file");
        fs::write(&occupied, "").unwrap();
        let transport = FileTransport::new(occupied.join("mail"));
        assert!(!transport.send(&mail(7)).await.unwrap_err().is_permanent());
        assert!(transport.check().await.is_err());
    }
}
