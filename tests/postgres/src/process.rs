//! A server process in a folder of its own.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{installed, random};

const PATIENCE: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(crate) struct Process {
    bin: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) user: Option<(u32, u32)>,
    pub(crate) port: u16,
    pub(crate) password: String,
    child: Option<Child>,
}

impl Process {
    pub(crate) fn start(bin: &Path) -> Self {
        let folder = tempfile::Builder::new().prefix("watchbook-pg-").tempdir().expect("a folder").keep();
        let user = installed::ordinary_user();
        let password = format!("{:016x}{:016x}", random(), random());
        let mut process = Self { bin: bin.to_owned(), folder, user, port: 0, password, child: None };
        process.create();
        // The free port found may be taken by another before it is used.
        for _ in 0..5 {
            process.port = free_port();
            if process.try_run() {
                return process;
            }
        }
        panic!("the server does not start: {}", process.log());
    }

    fn create(&mut self) {
        let password = self.folder.join("password");
        std::fs::write(&password, &self.password).expect("the folder can be written to");
        if let Some((uid, gid)) = self.user {
            for path in [&self.folder, &password] {
                std::os::unix::fs::chown(path, Some(uid), Some(gid)).expect("root may give files away");
            }
        }
        let mut initdb = self.command("initdb");
        initdb.args(["--username=watchbook", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"]);
        // Nothing needs to survive here until the server itself runs, and that does sync.
        initdb.args(["--no-sync", "--no-instructions", "--pwfile"]).arg(&password);
        let output = initdb.arg("--pgdata").arg(self.data()).output().expect("initdb runs");
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Starts the server and waits until it answers.
    pub(crate) fn run(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        // What a killed server leaves behind may be in the way for a moment.
        while !self.try_run() {
            assert!(Instant::now() < deadline, "the server does not start again: {}", self.log());
            std::thread::sleep(STEP);
        }
    }

    fn try_run(&mut self) -> bool {
        let log =
            File::options().create(true).append(true).open(self.folder.join("log")).expect("a log file");
        let mut postgres = self.command("postgres");
        postgres.arg("-D").arg(self.data()).arg("-k").arg(&self.folder).args(["-p", &self.port.to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "fsync=on",
            "full_page_writes=on",
            "synchronous_commit=on",
            "shared_buffers=64MB",
            "max_connections=100",
            "max_wal_size=256MB",
            "log_min_messages=warning",
        ] {
            postgres.args(["-c", setting]);
        }
        postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let mut child = postgres.spawn().expect("postgres runs");
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if child.try_wait().expect("a child can be waited for").is_some() {
                return false;
            }
            if self.is_ready(child.id()) {
                self.child = Some(child);
                return true;
            }
            std::thread::sleep(STEP);
        }
        let _ = child.kill();
        let _ = child.wait();
        false
    }

    /// What `pg_ctl` waits for too. The file may still be the one of a server that was killed.
    fn is_ready(&self, pid: u32) -> bool {
        let status = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        let mut lines = status.lines();
        lines.next() == Some(pid.to_string().as_str())
            && lines.nth(6).is_some_and(|line| line.trim() == "ready")
            && TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))).is_ok()
    }

    /// Kills the postmaster; its children follow as soon as they notice.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin").current_dir("/").process_group(0);
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("a bound listener has an address").port()
}
