//! What is installed on this machine, and the user to run it as.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder with the newest server's programs: where distributions put them, then the search path.
pub(crate) fn newest() -> Option<PathBuf> {
    let version = |folder: &PathBuf| folder.file_name()?.to_str()?.split('.').next()?.parse::<u32>().ok();
    let mut versions: Vec<PathBuf> = ["/usr/lib/postgresql", "/opt/homebrew/opt"]
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|folder| complete(&folder.join("bin")))
        .collect();
    versions.sort_by_key(version);
    versions.pop().map(|folder| folder.join("bin")).or_else(in_path)
}

fn complete(bin: &Path) -> bool {
    ["initdb", "postgres", "psql"].iter().all(|program| bin.join(program).is_file())
}

fn in_path() -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).find(|folder| complete(folder))
}

/// Runs SQL through `psql`.
pub(crate) fn psql(url: &str, sql: &str) -> String {
    let program = newest().map_or_else(|| "psql".into(), |bin| bin.join("psql"));
    let output = Command::new(program)
        .args([
            "--no-psqlrc",
            "--quiet",
            "--no-align",
            "--tuples-only",
            "--set=ON_ERROR_STOP=1",
            "-c",
            sql,
            url,
        ])
        .stdin(Stdio::null())
        .output()
        .expect("psql runs");
    assert!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// User and group to run the server as, when this is root: PostgreSQL refuses to be.
pub(crate) fn ordinary_user() -> Option<(u32, u32)> {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    if id.stdout.trim_ascii() != b"0" {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").expect("/etc/passwd is there");
    let find = |name: &str| {
        let mut fields =
            users.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":"))?.split(':').skip(1);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    Some(find("postgres").or_else(|| find("nobody")).expect("there is a user that is not root"))
}
