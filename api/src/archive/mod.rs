//! The archive of what is kept about a person: one page to read, and the same as JSON, in a zip file. It holds what is the
//! person's own: no digests or ids of secrets, nothing of other people, no notes or names of staff.

pub mod by_compliance;
pub mod own;
mod page;
mod told;

use crate::app::App;
use crate::problem::{self, Problem};
use crate::recovery_review::document::HEADERS;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Serialize;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use tokio::io::AsyncReadExt as _;
use told::{Profile, Told};
use watchbook_domain::{Account, AccountId, Timestamp};
use watchbook_eventlog::{Position, Repository, StreamId, Version, fresh};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Events read at once: so many are in memory, however long the history is.
const PAGE: usize = 500;
/// Bytes sent at once.
const PIECE: usize = 256 * 1024;

/// What is in `data.json`, before the events.
#[derive(Serialize)]
struct Head<'a> {
    site: &'a str,
    made_at: Timestamp,
    account: &'a Profile,
}

/// Makes the archive of an account as of now, and answers with it.
///
/// # Errors
/// `NOT_FOUND`; when the log cannot be read or the file not be written.
pub async fn respond(app: &App, account: AccountId, up_to: Option<Position>) -> Result<Response, Problem> {
    let state = app.account(account).await?;
    let profile = Profile::of(account, &state).ok_or(problem::NOT_FOUND)?;
    let file = unnamed(&app.exports_folder).map_err(|error| Problem::unavailable(&error))?;
    let history = History { accounts: &app.accounts, stream: app.account_stream(account), account, up_to };
    let head = Head { site: &app.site_name, made_at: app.clock.now(), account: &profile };
    let mut file = history.write(file, &head).await?;
    let length = file.seek(SeekFrom::End(0)).and_then(|length| file.rewind().map(|()| length));
    let length = length.map_err(|error| Problem::unavailable(&error))?;
    let pieces = stream::try_unfold(tokio::fs::File::from_std(file), |mut file| async move {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, io::Error>((read > 0).then(|| (Bytes::from(piece), file)))
    });
    let mut response = (HEADERS, Body::from_stream(pieces)).into_response();
    let name = HeaderValue::from_str(&format!("attachment; filename=\"account-{account}.zip\""));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, name.map_err(|error| Problem::internal(&error))?);
    headers.insert(header::CONTENT_LENGTH, length.into());
    Ok(response)
}

/// A file that has no name any more: it is gone when it is closed, also when the process dies.
fn unnamed(folder: &Path) -> io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let path = folder.join(format!(".archive-{}", fresh::uuid()));
    let file = OpenOptions::new().create_new(true).read(true).write(true).mode(0o600).open(&path)?;
    std::fs::remove_file(path)?;
    Ok(file)
}

struct History<'a> {
    accounts: &'a Repository<Account>,
    stream: StreamId,
    account: AccountId,
    /// Not further than this.
    up_to: Option<Position>,
}

impl History<'_> {
    /// The events are read twice, once for each file, so that memory stays bounded.
    async fn write(&self, file: File, head: &Head<'_>) -> Result<File, Problem> {
        let failed = |error: zip::result::ZipError| Problem::unavailable(&error);
        let written = |done: io::Result<()>| done.map_err(|error| Problem::unavailable(&error));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .unix_permissions(0o600)
            .large_file(true);
        let mut zip = ZipWriter::new(file);
        zip.start_file("index.html", options).map_err(failed)?;
        written(zip.write_all(page::head(head).as_bytes()))?;
        self.each(|told| zip.write_all(page::row(told).as_bytes())).await?;
        written(zip.write_all(page::FOOT.as_bytes()))?;
        zip.start_file("data.json", options).map_err(failed)?;
        let text = serde_json::to_string(head).map_err(|error| Problem::internal(&error))?;
        // The events are the last member of the same object.
        let members = text.strip_suffix('}').unwrap_or(&text);
        written(write!(zip, "{members},\"events\":["))?;
        let mut first = true;
        self.each(|told| {
            let comma: &[u8] = if std::mem::take(&mut first) { b"\n" } else { b",\n" };
            zip.write_all(comma)?;
            Ok(serde_json::to_writer(&mut zip, told)?)
        })
        .await?;
        written(zip.write_all(b"\n]}\n"))?;
        zip.finish().map_err(failed)
    }

    async fn each(&self, mut take: impl FnMut(&Told) -> io::Result<()>) -> Result<(), Problem> {
        let mut after = Version::NONE;
        loop {
            let page = self.accounts.history(&self.stream, after, PAGE).await?;
            for (recorded, event) in &page {
                if self.up_to.is_some_and(|up_to| recorded.position > up_to) {
                    return Ok(());
                }
                let told = event.as_ref().and_then(|event| Told::of(self.account, recorded, event));
                if let Some(told) = told {
                    take(&told).map_err(|error| Problem::unavailable(&error))?;
                }
            }
            match page.last() {
                Some((last, _)) => after = last.version,
                None => return Ok(()),
            }
        }
    }
}
