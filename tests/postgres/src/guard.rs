//! A process that outlives this one by a moment and clears up behind it.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;

use crate::process::Process;

/// Its input ends when the test process does, by whatever signal. Then the server is told to go at once, made to go
/// when it has not within five seconds, and its folder removed.
const OF_FOLDER: &str = r#"
while read -r _; do :; done
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
    kill -QUIT "$pid" 2>/dev/null
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
    kill -KILL "$pid" 2>/dev/null
fi
rm -rf "$1"
"#;

/// For a server that was there before: the databases made are read from the input and dropped at its end.
const OF_DATABASES: &str = r#"
names=
while read -r name; do names="$names $name"; done
for name in $names; do
    psql --no-psqlrc --quiet -c "DROP DATABASE IF EXISTS $name WITH (FORCE)" "$1"
done
"#;

#[derive(Debug)]
pub(crate) struct Guard {
    child: Child,
    input: Mutex<Option<ChildStdin>>,
}

impl Guard {
    pub(crate) fn of_folder(process: &Process) -> Self {
        let folder = process.folder.to_str().expect("a temporary folder's name is text");
        Self::spawn(OF_FOLDER, folder, process.user)
    }

    pub(crate) fn of_databases(url: &str) -> Self {
        Self::spawn(OF_DATABASES, url, None)
    }

    fn spawn(script: &str, argument: &str, user: Option<(u32, u32)>) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", script, "guard", argument]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/");
        // Out of reach of what is sent to the whole group of the tests.
        command.process_group(0);
        if let Some((uid, gid)) = user {
            command.uid(uid).gid(gid);
        }
        let mut child = command.spawn().expect("sh runs");
        let input = Mutex::new(child.stdin.take());
        Self { child, input }
    }

    /// A database to be dropped at the end.
    pub(crate) fn note(&self, database: &str) {
        if let Some(input) = self.input.lock().unwrap().as_mut() {
            input.write_all(format!("{database}\n").as_bytes()).expect("the guard is there");
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Ok(input) = self.input.get_mut() {
            input.take();
        }
        let _ = self.child.wait();
    }
}
