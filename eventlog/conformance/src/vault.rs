//! The vault: keys are created once and destroyed for good, secrets overwritten and removed.

use crate::{Factory, kit::*};
use watchbook_domain::{SubjectId, Timestamp};
use watchbook_eventlog::{Purpose, SecretName, StoredSecret, Vault};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000 + 7)
}

/// Of many creators one wins, and all are answered with the winner's key.
pub async fn a_key_is_created_once(factory: &impl Factory) {
    let vault = factory.create().await.vault;
    let subject = subject();
    assert_eq!(vault.subject_key(subject).await.unwrap(), None);
    let creators: Vec<_> = (0..16_u8)
        .map(|n| {
            let vault = vault.clone();
            tokio::spawn(async move { vault.create_subject_key(subject, vec![n; 40]).await.unwrap() })
        })
        .collect();
    let mut answers = Vec::new();
    for creator in creators {
        answers.push(creator.await.unwrap().expect("there is a key"));
    }
    let stored = vault.subject_key(subject).await.unwrap().unwrap();
    assert!(answers.iter().all(|answer| *answer == stored));
    assert_eq!(vault.create_subject_key(subject, vec![99]).await.unwrap(), Some(stored));
}

/// Neither creating nor rewrapping brings a destroyed key back; destroying again is no error.
pub async fn a_destroyed_key_stays_destroyed(factory: &impl Factory) {
    let vault = factory.create().await.vault;
    let (had, never_had) = (subject(), subject());
    vault.create_subject_key(had, vec![1; 40]).await.unwrap();
    for subject in [had, never_had] {
        for _ in 0..2 {
            vault.destroy_subject(subject).await.unwrap();
            assert_eq!(vault.subject_key(subject).await.unwrap(), None);
            assert_eq!(vault.create_subject_key(subject, vec![2; 40]).await.unwrap(), None);
            vault.rewrap_subject_key(subject, vec![3; 40]).await.unwrap();
            assert_eq!(vault.subject_key(subject).await.unwrap(), None);
        }
    }
    assert!(vault.subject_keys(&[had, never_had]).await.unwrap().is_empty());
    let listed = list_keys(&*vault).await;
    assert!(listed.iter().all(|(subject, _)| *subject != had && *subject != never_had));
}

/// A key wrapped anew replaces the old wrapping, and creates none where there was none.
pub async fn a_rewrapped_key_replaces(factory: &impl Factory) {
    let vault = factory.create().await.vault;
    let (has, has_not) = (subject(), subject());
    vault.create_subject_key(has, vec![1; 40]).await.unwrap();
    vault.rewrap_subject_key(has, vec![2; 50]).await.unwrap();
    assert_eq!(vault.subject_key(has).await.unwrap(), Some(vec![2; 50]));
    vault.rewrap_subject_key(has_not, vec![2; 50]).await.unwrap();
    assert_eq!(vault.subject_key(has_not).await.unwrap(), None);
}

async fn list_keys(vault: &dyn Vault) -> Vec<(SubjectId, Vec<u8>)> {
    let mut listed: Vec<(SubjectId, Vec<u8>)> = Vec::new();
    loop {
        let page = vault.list_subject_keys(listed.last().map(|(subject, _)| *subject), 4).await.unwrap();
        assert!(page.len() <= 4);
        if page.is_empty() {
            return listed;
        }
        listed.extend(page);
    }
}

/// Many keys at once, those that exist; and all of them, page by page in order of subject.
pub async fn keys_in_bulk_and_in_order(factory: &impl Factory) {
    let vault = factory.create().await.vault;
    let mut subjects: Vec<SubjectId> = (0..300).map(|_| subject()).collect();
    for (n, subject) in subjects.iter().enumerate().take(10) {
        let n = u8::try_from(n).unwrap();
        vault.create_subject_key(*subject, vec![n; 40]).await.unwrap();
    }
    vault.destroy_subject(subjects[3]).await.unwrap();
    let mut found = vault.subject_keys(&subjects).await.unwrap();
    found.sort();
    let mut due: Vec<(SubjectId, Vec<u8>)> =
        (0..10_u8).filter(|n| *n != 3).map(|n| (subjects[usize::from(n)], vec![n; 40])).collect();
    due.sort();
    assert_eq!(found, due);
    assert!(vault.subject_keys(&[]).await.unwrap().is_empty());

    let mut listed = list_keys(&*vault).await;
    assert!(listed.is_sorted_by(|(a, _), (b, _)| a < b));
    subjects.sort();
    listed.retain(|(subject, _)| subjects.binary_search(subject).is_ok());
    assert_eq!(listed, due);
}

fn name(purpose: Purpose) -> SecretName {
    SecretName { subject: subject(), credential: credential(), purpose }
}

/// Putting a secret again overwrites it; removing is for good and twice is no error.
pub async fn a_secret_is_overwritten_and_removed(factory: &impl Factory) {
    let vault = factory.create().await.vault;
    let name = name(Purpose::Password);
    assert_eq!(vault.secret(name).await.unwrap(), None);
    vault.put_secret(name, vec![1; 100], at(1)).await.unwrap();
    vault.put_secret(name, vec![2; 200], at(2)).await.unwrap();
    assert_eq!(vault.secret(name).await.unwrap(), Some(vec![2; 200]));
    for _ in 0..2 {
        vault.remove_secret(name).await.unwrap();
        assert_eq!(vault.secret(name).await.unwrap(), None);
    }
    vault.put_secret(name, Vec::new(), at(3)).await.unwrap();
    assert_eq!(vault.secret(name).await.unwrap(), Some(Vec::new()));
}

/// Subject, credential and purpose each tell secrets apart.
pub async fn secrets_are_told_apart_by_name(factory: &impl Factory) {
    let vault = factory.create().await.vault;
    let first = name(Purpose::Totp);
    let names = [
        first,
        SecretName { subject: subject(), ..first },
        SecretName { credential: credential(), ..first },
        SecretName { purpose: Purpose::RecoveryCodes, ..first },
    ];
    for (n, name) in names.iter().enumerate() {
        vault.put_secret(*name, vec![u8::try_from(n).unwrap(); 9], at(1)).await.unwrap();
    }
    vault.remove_secret(names[1]).await.unwrap();
    for (n, name) in names.iter().enumerate() {
        let due = (n != 1).then(|| vec![u8::try_from(n).unwrap(); 9]);
        assert_eq!(vault.secret(*name).await.unwrap(), due);
    }
}

/// The sweep sees each secret put before a moment once, in order, with its name and moment.
pub async fn secrets_are_listed_in_order(factory: &impl Factory) {
    let vault = factory.create().await.vault;
    let subjects = [subject(), subject(), subject()];
    let mut due = Vec::new();
    for (n, subject) in subjects.iter().cycle().take(9).enumerate() {
        let credential = credential();
        let put_at = at(i64::try_from(n).unwrap());
        // Several of one credential, so that pages end between them.
        for purpose in [Purpose::ServiceKey, Purpose::Password, Purpose::Totp] {
            let name = SecretName { subject: *subject, credential, purpose };
            vault.put_secret(name, vec![7; 30], put_at).await.unwrap();
            if put_at < at(7) {
                let purpose = purpose.as_str().to_owned();
                due.push(StoredSecret { subject: *subject, credential, purpose, put_at });
            }
        }
    }
    due.sort_by(|a, b| a.place().cmp(&b.place()));
    let mut listed: Vec<StoredSecret> = Vec::new();
    loop {
        let page = vault.list_secrets(at(7), listed.last(), 2).await.unwrap();
        assert!(page.len() <= 2);
        if page.is_empty() {
            break;
        }
        listed.extend(page);
    }
    listed.retain(|secret| subjects.contains(&secret.subject));
    assert_eq!(listed, due);
}

/// With the subject go all its secrets, and no other's.
pub async fn destruction_takes_the_secrets(factory: &impl Factory) {
    let vault = factory.create().await.vault;
    let (kept, first) = (name(Purpose::Password), name(Purpose::Password));
    let second = SecretName { credential: credential(), purpose: Purpose::Totp, ..first };
    for name in [kept, first, second] {
        vault.put_secret(name, vec![5; 50], at(1)).await.unwrap();
    }
    vault.destroy_subject(first.subject).await.unwrap();
    assert_eq!(vault.secret(first).await.unwrap(), None);
    assert_eq!(vault.secret(second).await.unwrap(), None);
    assert_eq!(vault.secret(kept).await.unwrap(), Some(vec![5; 50]));
}

/// What one handle was told is done, the other sees.
pub async fn the_other_handle_sees_the_vault(factory: &impl Factory) {
    let first = factory.create().await.vault;
    let Some(second) = factory.second().await else { return };
    let second = second.vault;
    let name = name(Purpose::Password);
    first.create_subject_key(name.subject, vec![1; 40]).await.unwrap();
    first.put_secret(name, vec![2; 40], at(1)).await.unwrap();
    assert_eq!(second.create_subject_key(name.subject, vec![9; 40]).await.unwrap(), Some(vec![1; 40]));
    assert_eq!(second.secret(name).await.unwrap(), Some(vec![2; 40]));
    second.destroy_subject(name.subject).await.unwrap();
    assert_eq!(first.subject_key(name.subject).await.unwrap(), None);
    assert_eq!(first.secret(name).await.unwrap(), None);
    assert_eq!(first.create_subject_key(name.subject, vec![3; 40]).await.unwrap(), None);
}
