//! `watchbook doctor`: is everything as it must be, and if not, what to do.

use super::{Failure, print};
use crate::config::Config;
use crate::stores::{Stores, StoresError};
use std::process::ExitCode;
use watchbook_eventlog::{LogError, Position};
use watchbook_signals::ClientLookup;
use watchbook_workers::mail::{FileTransport, MailTransport, SmtpTransport};

/// Events opened to see whether the key is the right one.
const SAMPLE: usize = 200;
/// Events that views may lack while a server is at work.
const MOST_BEHIND: usize = 10_000;

pub(super) async fn run(config: &Config) -> Result<ExitCode, Failure> {
    let mut report = Report::default();
    match Stores::open(config, false).await {
        Ok(stores) => {
            log(&mut report, &stores).await;
            views(&mut report, &stores).await;
        }
        Err(error @ (StoresError::KeyLost(_) | StoresError::KeyMissing(_))) => {
            report.bad("keys", &error, "without it nothing in the log can be read")
        }
        Err(error) => {
            report.bad("stores", &error, "see the cause above; `watchbook serve` makes what is missing")
        }
    }
    geo(&mut report, config);
    mail(&mut report, config).await;
    sms(&mut report, config).await;
    print(if report.problems == 0 { "all is well" } else { "there is something to do" });
    Ok(if report.problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[derive(Default)]
struct Report {
    problems: usize,
}

impl Report {
    fn good(&self, part: &str, text: &str) {
        print(&format!("ok       {part:<8} {text}"));
    }

    fn bad(&mut self, part: &str, error: &dyn std::error::Error, advice: &str) {
        self.problems += 1;
        print(&format!("PROBLEM  {part:<8} {error}"));
        let mut source = error.source();
        while let Some(error) = source {
            print(&format!("                  because {error}"));
            source = error.source();
        }
        print(&format!("                  {advice}"));
    }
}

async fn log(report: &mut Report, stores: &Stores) {
    match stores.log.integrity_check().await {
        Ok(check) if check.problems.is_empty() => {
            report.good("log", &format!("{} events in {} streams, no gaps", check.events, check.streams));
        }
        Ok(check) => {
            for problem in check.problems {
                let error = std::io::Error::other(problem.to_string());
                report.bad("log", &error, "restore the log from a backup; do not write to it");
            }
        }
        Err(error) => report.bad("log", &error, "is the store there and healthy?"),
    }
    let sample = async {
        let page = stores.log.read_all(Position::START, SAMPLE).await?;
        let opened = stores.sealer.open_page(&page).await?;
        Ok::<_, Failure>(opened.len())
    };
    match sample.await {
        Ok(opened) => report.good("keys", &format!("{opened} events opened with the master key")),
        Err(error) => report.bad("keys", &*error, "this is not the key file that the log was written with"),
    }
}

async fn views(report: &mut Report, stores: &Stores) {
    let cursor = match stores.views.cursor().await {
        Ok(cursor) => cursor,
        Err(error) => {
            return report.bad(
                "views",
                &error,
                "remove the views' file or schema and run `watchbook rebuild`",
            );
        }
    };
    let lag = async {
        let head = stores.log.head().await?;
        Ok::<_, LogError>((head, stores.log.read_changes(cursor, MOST_BEHIND + 1).await?.len()))
    };
    match lag.await {
        Ok((head, lag)) if lag <= MOST_BEHIND => {
            report.good("views", &format!("at position {cursor} of {head}"));
        }
        Ok((head, _)) => {
            let error = std::io::Error::other(format!("at position {cursor} of {head}"));
            report.bad("views", &error, "start the server and look at /readyz, or run `watchbook rebuild`");
        }
        Err(error) => report.bad("views", &error, "the log does not answer"),
    }
}

fn geo(report: &mut Report, config: &Config) {
    let clients = ClientLookup::open(&config.geo_folder());
    for problem in clients.problems() {
        let error = std::io::Error::other(problem);
        report.bad(
            "geo",
            &error,
            "sign-ins go on without it; install a sound file: `watchbook geo update --from FILE`",
        );
    }
    match clients.installed().as_slice() {
        [] => report.good("geo", "no location data: places and networks are not known"),
        files => files.iter().for_each(|file| report.good("geo", &format!("{}: {}", file.name, file.what))),
    }
}

async fn mail(report: &mut Report, config: &Config) {
    let transport: Box<dyn MailTransport> = match &config.mail.smtp {
        None => Box::new(FileTransport::new(config.mail_folder())),
        Some(smtp) => match SmtpTransport::new(smtp) {
            Ok(transport) => Box::new(transport),
            Err(error) => return report.bad("mail", &error, "see mail.smtp in the configuration"),
        },
    };
    match transport.check().await {
        Ok(()) => report.good("mail", &transport.describe()),
        Err(error) => report.bad("mail", &error, "mails wait in the outbox and are retried for five days"),
    }
}

async fn sms(report: &mut Report, config: &Config) {
    let provider = match config.sms.provider(&config.sms_folder()) {
        Ok(provider) => provider,
        Err(error) => return report.bad("sms", &error, "see sms in the configuration"),
    };
    match provider.check().await {
        Ok(()) => report.good("sms", &format!("{}, to {}", provider.describe(), config.sms.countries)),
        Err(error) => {
            report.bad("sms", &error, "codes are tried again for as long as they work, then given up")
        }
    }
}
