//! Every test of the site once more on each of the other deployments.

use crate::world::DEPLOYMENT;
use watchbook_test_postgres::{Server, run_again};

const ALL: [&str; 25] = [
    "archive::",
    "attacks::",
    "bad_luck::",
    "captcha::",
    "checklist::",
    "confirmation::",
    "contact::",
    "detection::",
    "erasure::",
    "exports::",
    "factor_recovery::",
    "journeys::",
    "observations::",
    "operators::",
    "passkeys::",
    "password_rules::",
    "proofs::",
    "recovery::",
    "search::",
    "sms::",
    "status::",
    "tail::",
    "trusted_devices::",
    "webhooks::",
    "words::",
];

fn on(deployment: &str) {
    if std::env::var(DEPLOYMENT).is_err() && Server::shared().is_some() {
        run_again(&ALL, DEPLOYMENT, deployment);
    }
}

#[test]
fn everything_once_more_on_postgresql() {
    on("postgres");
}

/// On a real server where `WATCHBOOK_TEST_KURRENTDB_URL` names one, else on the stand-in.
#[test]
fn everything_once_more_on_kurrentdb() {
    on("kurrentdb");
}
