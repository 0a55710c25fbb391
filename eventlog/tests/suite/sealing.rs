//! What is sealed opens only where it was sealed, and only as long as its subject's key exists.

use std::sync::Arc;
use std::time::Duration;

use crate::common::{SUBJECT, keyring, node};
use uuid::Uuid;
use watchbook_domain::{CredentialId, SubjectId};
use watchbook_eventlog::testing::MemoryStore;
use watchbook_eventlog::{
    Keyring, Opened, Place, Position, Purpose, RecordedEvent, RepositoryError, SealError, Sealer, SecretName,
    StatePart, Vault as _, Version,
};

fn sealer(store: &MemoryStore, keyring: &Arc<Keyring>) -> Sealer {
    Sealer::new(Arc::new(store.clone()), keyring.clone())
}

fn secret(credential: u128, purpose: Purpose) -> SecretName {
    SecretName { subject: SUBJECT, credential: CredentialId(Uuid::from_u128(credential)), purpose }
}

/// Two events of one stream, and one each of two others.
async fn four_events(store: &MemoryStore) -> Vec<RecordedEvent> {
    let mut node = node(store, &keyring());
    node.add(1, 1).await;
    node.add(2, 2).await;
    for (id, name) in [(3, "b"), (4, "c")] {
        node.stream = node.counters.stream(name);
        node.add(id, 3).await;
    }
    store.events()
}

#[tokio::test]
async fn ciphertexts_cannot_be_swapped_or_changed() {
    let store = MemoryStore::new();
    let events = four_events(&store).await;
    let sealer = sealer(&store, &keyring());
    assert_eq!(sealer.open_page(&events).await.unwrap().len(), 4);

    let mut forgeries = vec![];
    for (from, to) in [(0, 1), (1, 0), (0, 2), (2, 3)] {
        let mut swapped = events[to].clone();
        swapped.event.payload = events[from].event.payload.clone();
        forgeries.push(swapped);
    }
    let changes: [fn(&mut RecordedEvent); 7] = [
        |e| e.event.event_type = "counter.removed".into(),
        |e| e.event.schema_version = 2,
        |e| e.version = Version(9),
        |e| e.event.payload[0] = 2,
        |e| e.event.payload.truncate(20),
        |e| e.event.payload.clear(),
        |e| *e.event.payload.last_mut().unwrap() ^= 1,
    ];
    for change in changes {
        let mut changed = events[0].clone();
        change(&mut changed);
        forgeries.push(changed);
    }
    for forged in forgeries {
        let place = Place::Event(forged.stream.clone(), forged.version);
        let opened = sealer.open_page(std::slice::from_ref(&forged)).await;
        assert!(matches!(opened, Err(SealError::Tampered(at)) if at == place), "{forged:?}");
    }
    // Somebody else's key does not open it either.
    sealer
        .put_secret(
            SecretName { subject: SubjectId(Uuid::nil()), ..secret(1, Purpose::Totp) },
            b"x",
            crate::common::NOW,
        )
        .await
        .unwrap();
    let mut changed = events[0].clone();
    changed.event.subject = SubjectId(Uuid::nil());
    assert!(sealer.open_page(&[changed]).await.is_err());
}

#[tokio::test]
async fn a_tampered_event_fails_the_load_and_tells_only_where() {
    let store = MemoryStore::new();
    four_events(&store).await;
    store.tamper(1, |event| event.event.payload[40] ^= 1);
    let node = node(&store, &keyring());
    let error = node.counters.load(&node.stream).await.unwrap_err();
    assert!(matches!(error, RepositoryError::Seal(SealError::Tampered(_))));
    assert_eq!(error.to_string(), "the payload of counter-a at version 2 was tampered with");
}

#[tokio::test]
async fn secrets_are_bound_to_their_name() {
    let store = MemoryStore::new();
    let sealer = sealer(&store, &keyring());
    let name = secret(1, Purpose::Password);
    sealer.put_secret(name, b"first", crate::common::NOW).await.unwrap();
    sealer.put_secret(name, b"second", crate::common::NOW).await.unwrap();
    assert_eq!(sealer.secret(name).await.unwrap().unwrap().as_slice(), b"second");
    assert!(sealer.secret(secret(2, Purpose::Password)).await.unwrap().is_none());

    let sealed = store.secret(name).await.unwrap().unwrap();
    for other in [secret(2, Purpose::Password), secret(1, Purpose::Totp)] {
        store.put_secret(other, sealed.clone(), crate::common::NOW).await.unwrap();
        let opened = sealer.secret(other).await;
        assert!(matches!(opened, Err(SealError::Tampered(Place::Secret(_)))), "{opened:?}");
    }
    store.tamper_secret(name, |sealed| sealed[30] ^= 1);
    assert!(matches!(sealer.secret(name).await, Err(SealError::Tampered(Place::Secret(Purpose::Password)))));
    sealer.remove_secret(name).await.unwrap();
    assert!(sealer.secret(name).await.unwrap().is_none());
}

#[tokio::test]
async fn the_master_key_is_rotated_without_losing_anything() {
    let store = MemoryStore::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let old = Arc::new(Keyring::create(&path).unwrap());
    for subject in 0..1200 {
        let name = SecretName { subject: SubjectId(Uuid::from_u128(subject)), ..secret(1, Purpose::Totp) };
        sealer(&store, &old).put_secret(name, &subject.to_be_bytes(), crate::common::NOW).await.unwrap();
    }
    let rotated = Arc::new(Keyring::rotate(&path).unwrap());
    let current_only = Arc::new(rotated.without_previous());
    let name = secret(1, Purpose::Totp);
    assert!(matches!(sealer(&store, &current_only).secret(name).await, Err(SealError::Keyring(_))));
    assert!(sealer(&store, &rotated).secret(name).await.unwrap().is_some());
    assert_eq!(sealer(&store, &rotated).rewrap_all().await.unwrap(), 1200);
    assert_eq!(sealer(&store, &rotated).rewrap_all().await.unwrap(), 0);
    for subject in 0..1200 {
        let name = SecretName { subject: SubjectId(Uuid::from_u128(subject)), ..name };
        let secret = sealer(&store, &current_only).secret(name).await.unwrap().unwrap();
        assert_eq!(*secret, u128::to_be_bytes(subject));
    }
    assert!(matches!(sealer(&store, &old).secret(name).await, Err(SealError::Keyring(_))));
}

#[tokio::test]
async fn two_nodes_that_create_a_subjects_key_use_the_same() {
    let (store, keyring) = (MemoryStore::new(), keyring());
    let sealers: Vec<_> = (0..8).map(|_| sealer(&store, &keyring)).collect();
    let puts = sealers
        .iter()
        .zip(1..)
        .map(|(sealer, id)| sealer.put_secret(secret(id, Purpose::Totp), b"seed", crate::common::NOW));
    for put in puts.collect::<Vec<_>>() {
        put.await.unwrap();
    }
    for id in 1..=8 {
        for sealer in &sealers {
            assert!(sealer.secret(secret(id, Purpose::Totp)).await.unwrap().is_some());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_destroyed_key_stops_working_at_once_here_and_within_a_minute_elsewhere() {
    let store = MemoryStore::new();
    let events = four_events(&store).await;
    let (ours, other) = (sealer(&store, &keyring()), sealer(&store, &keyring()));
    let name = secret(1, Purpose::Password);
    ours.put_secret(name, b"hash", crate::common::NOW).await.unwrap();
    assert!(matches!(other.open_page(&events).await.unwrap()[0], Opened::Payload(_)));
    ours.destroy_subject(SUBJECT).await.unwrap();
    assert!(ours.open_page(&events).await.unwrap().iter().all(|opened| *opened == Opened::Erased));
    assert!(matches!(ours.put_secret(name, b"new", crate::common::NOW).await, Err(SealError::Erased)));
    assert!(ours.secret(name).await.unwrap().is_none());
    tokio::time::advance(Duration::from_secs(60)).await;
    assert!(other.open_page(&events).await.unwrap().iter().all(|opened| *opened == Opened::Erased));
    assert!(matches!(other.put_secret(name, b"new", crate::common::NOW).await, Err(SealError::Erased)));
}

#[tokio::test]
async fn a_vault_that_is_down_is_told_apart_from_erasure() {
    let store = MemoryStore::new();
    let events = four_events(&store).await;
    let sealer = sealer(&store, &keyring());
    store.set_vault_down(true);
    let error = sealer.open_page(&events).await.unwrap_err();
    assert!(error.is_unavailable());
    store.set_vault_down(false);
    assert!(matches!(sealer.open_page(&events).await.unwrap()[3], Opened::Payload(_)));
}

#[test]
fn debug_shows_neither_keys_nor_payloads() {
    let keyring = keyring();
    let store = MemoryStore::new();
    let node = node(&store, &keyring);
    assert_eq!(format!("{keyring:?}"), "Keyring(…)");
    assert_eq!(format!("{:?}", sealer(&store, &keyring)), "Sealer(…)");
    assert_eq!(format!("{:?} {:?}", node.core, node.counters), "Core(…) Repository(…)");
    assert_eq!(format!("{:?}", Opened::Payload(b"secret".to_vec())), "Payload(…)");
}

#[tokio::test]
async fn a_part_of_a_reactors_state_opens_in_its_place_alone() {
    let store = MemoryStore::new();
    let sealer = sealer(&store, &keyring());
    let place = StatePart { name: "detector", cursor: Position(7), part: 0, parts: 2 };
    let sealed = sealer.seal_state(place, SUBJECT, b"what it knows").await.unwrap();
    let open = async |place: StatePart<'_>| sealer.open_state(place, SUBJECT, &sealed).await.unwrap();
    assert_eq!(open(place).await.as_deref(), Some(b"what it knows".as_slice()));
    for other in [
        StatePart { name: "responder", ..place },
        StatePart { cursor: Position(8), ..place },
        StatePart { part: 1, ..place },
        StatePart { parts: 1, ..place },
    ] {
        assert_eq!(open(other).await, None, "{other:?}");
    }
    sealer.destroy_subject(SUBJECT).await.unwrap();
    assert_eq!(open(place).await, None);
}
