use std::time::Duration;

use super::*;
use crate::{ParameterBounds, Parameters};

const SALT: [u8; 16] = [1; 16];

fn password(text: &str) -> Password {
    Password::new(text.to_owned()).unwrap()
}

fn hasher(limits: Limits) -> PasswordHasher {
    let policy = Parameters::new(64, 1, 1).unwrap();
    let argon2id = Argon2id::new(policy, ParameterBounds::default(), &[9; 32]).unwrap();
    PasswordHasher::new(argon2id, limits)
}

#[tokio::test]
async fn hashes_and_verifies() {
    let hasher = hasher(Limits::default());
    let hash = hasher.hash(password("secret"), SALT).await.unwrap();
    let verified = hasher.verify(password("secret"), hash.clone()).await.unwrap();
    assert_eq!(verified, Verification::Match { rehash: false });
    let verified = hasher.verify(password("Secret"), hash).await.unwrap();
    assert_eq!(verified, Verification::Mismatch);
    let verified = hasher.verify_decoy(password("secret")).await.unwrap();
    assert_eq!(verified, Verification::Mismatch);
    let refused = hasher.verify(password("secret"), PhcString::from(String::new())).await;
    assert!(matches!(refused, Err(HasherError::Verify(VerifyError::Malformed))));
}

#[tokio::test]
async fn a_full_queue_is_busy_and_empties_again() {
    let hasher = hasher(Limits { running: 1, waiting: 1 });
    let running = hasher.permit().await.unwrap();
    let waiting = tokio::spawn({
        let hasher = hasher.clone();
        async move { hasher.verify_decoy(password("first")).await }
    });
    while hasher.waiting.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    let refused = hasher.verify_decoy(password("second")).await;
    assert!(matches!(refused, Err(HasherError::Busy)));
    drop(running);
    assert!(waiting.await.unwrap().is_ok());
    assert!(hasher.verify_decoy(password("third")).await.is_ok());
}

#[tokio::test]
async fn a_caller_that_stops_waiting_leaves_the_queue() {
    let hasher = hasher(Limits { running: 1, waiting: 1 });
    let running = hasher.permit().await.unwrap();
    let gone = tokio::time::timeout(Duration::from_millis(20), hasher.verify_decoy(password("x")));
    assert!(gone.await.is_err());
    assert_eq!(hasher.waiting.available_permits(), 1);
    drop(running);
    assert!(hasher.verify_decoy(password("y")).await.is_ok());
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_free_the_permit_early() {
    let hasher = hasher(Limits { running: 1, waiting: 1 });
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (started, starting) = tokio::sync::oneshot::channel();
    let caller = tokio::spawn({
        let hasher = hasher.clone();
        async move {
            hasher
                .run(move |_| {
                    let _ = started.send(());
                    let _ = held.recv();
                })
                .await
        }
    });
    starting.await.unwrap();
    caller.abort();
    assert!(caller.await.is_err());
    assert_eq!(hasher.running.available_permits(), 0);
    release.send(()).unwrap();
    assert!(hasher.verify_decoy(password("next")).await.is_ok());
    assert_eq!(hasher.running.available_permits(), 1);
}

#[tokio::test]
async fn a_panic_in_a_hash_frees_its_permit() {
    let hasher = hasher(Limits { running: 1, waiting: 0 });
    let stopped = hasher.run(|_| panic!("on purpose")).await;
    assert!(matches!(stopped, Err::<(), _>(HasherError::Stopped)));
    assert!(hasher.verify_decoy(password("next")).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_are_all_right() {
    let hasher = hasher(Limits { running: 2, waiting: 100 });
    let tasks: Vec<_> = (0..50_u8)
        .map(|number| {
            let hasher = hasher.clone();
            tokio::spawn(async move {
                let text = format!("password {number}");
                let hash = hasher.hash(password(&text), [number; 16]).await.unwrap();
                let wrong = hasher.verify(password("password"), hash.clone()).await.unwrap();
                let right = hasher.verify(password(&text), hash).await.unwrap();
                (right, wrong)
            })
        })
        .collect();
    for task in tasks {
        let outcome = task.await.unwrap();
        assert_eq!(outcome, (Verification::Match { rehash: false }, Verification::Mismatch));
    }
}
