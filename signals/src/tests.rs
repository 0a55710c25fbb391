//! Files as they are found in the world, and broken ones.

#[path = "../../tests/site/mmdb.rs"]
mod mmdb;

use crate::{ClientLookup, UpdateError, update};
use mmdb::{Value, city, database};
use std::fs;
use std::path::PathBuf;
use watchbook_domain::ClientContext;

struct Folders {
    from: tempfile::TempDir,
    data: tempfile::TempDir,
}

impl Folders {
    fn new() -> Self {
        Self { from: tempfile::tempdir().unwrap(), data: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.from.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn geo(&self) -> PathBuf {
        self.data.path().join("geo")
    }
}

fn seen(clients: &ClientLookup, address: &str) -> ClientContext {
    clients.context(address.parse().unwrap(), "Mozilla/5.0 Firefox/140.0".to_owned())
}

fn cities() -> Vec<u8> {
    let nested = Value::Map(vec![
        ("country", Value::Map(vec![("iso_code", Value::Text("JP"))])),
        ("city", Value::Map(vec![("names", Value::Map(vec![("en", Value::Text("Tokyo"))]))])),
        (
            "location",
            Value::Map(vec![
                ("latitude", Value::Double(35.7)),
                ("longitude", Value::Double(139.7)),
                ("accuracy_radius", Value::Number(20)),
            ]),
        ),
    ]);
    database(&[
        ([203, 0, 113, 0], 24, city("Lisbon", "PT", (38.7, -9.1), 2860)),
        ([198, 51, 100, 0], 24, nested),
        ([192, 0, 2, 0], 24, Value::Map(vec![("country_code", Value::Text("SG"))])),
    ])
}

#[test]
fn records_of_both_kinds_are_read() {
    let folders = Folders::new();
    let installed = update(&folders.geo(), &[folders.file("city.mmdb", cities())]).unwrap();
    assert_eq!(installed[0].what, "Test-City, built 2026-05-28");
    let clients = ClientLookup::open(&folders.geo());
    let lisbon = seen(&clients, "203.0.113.9");
    assert_eq!(lisbon.place.as_deref(), Some("Lisbon, Portugal"));
    assert_eq!(
        (lisbon.signals.asn, lisbon.signals.network.as_deref()),
        (Some(2860), Some("Example Telecom"))
    );
    let at = lisbon.signals.coordinates.unwrap();
    assert!((at.latitude - 38.7).abs() < 1e-5 && (at.radius_km - 50.0).abs() < 1e-9);
    assert_eq!((lisbon.signals.browser.as_str(), lisbon.device.as_str()), ("Firefox 140", "Firefox"));
    let tokyo = seen(&clients, "::ffff:198.51.100.1");
    assert_eq!(tokyo.place.as_deref(), Some("Tokyo, Japan"));
    assert!((tokyo.signals.coordinates.unwrap().radius_km - 20.0).abs() < 1e-9);
    assert_eq!(seen(&clients, "192.0.2.1").place.as_deref(), Some("Singapore"));
    for unknown in ["127.0.0.1", "2001:db8::1", "8.8.8.8"] {
        assert_eq!(seen(&clients, unknown).place, None);
    }
}

#[test]
fn lists_and_tables_mark_what_they_name() {
    let folders = Folders::new();
    let table = "1.0.0.0,1.0.0.255,13335,\"Cloudflare, Inc.\"\n203.0.113.0,203.0.113.255,64500,Example\n";
    let files = [
        folders.file("asn-ipv4.csv", table),
        folders.file("tor.txt", "# exits\n203.0.113.9\n2001:db8::/32\n"),
        folders.file("hosting.txt", "AS13335 # everything of it\n"),
    ];
    update(&folders.geo(), &files).unwrap();
    let clients = ClientLookup::open(&folders.geo());
    let cloud = seen(&clients, "1.0.0.77").signals;
    assert_eq!(
        (cloud.asn, cloud.network.as_deref(), cloud.hosting),
        (Some(13_335), Some("Cloudflare, Inc."), true)
    );
    let exit = seen(&clients, "203.0.113.9").signals;
    assert!(exit.tor && !exit.hosting && exit.asn == Some(64_500));
    assert!(seen(&clients, "2001:db8:5::1").signals.tor);
    assert!(!seen(&clients, "203.0.113.10").signals.tor);
    assert_eq!(seen(&clients, "1.0.1.0").signals.asn, None);
}

#[test]
fn what_cannot_be_used_is_refused_and_the_old_file_stays() {
    let folders = Folders::new();
    update(&folders.geo(), &[folders.file("city.mmdb", cities())]).unwrap();
    let whole = cities();
    for bad in [&b""[..], b"no database at all", &whole[..whole.len() / 2]] {
        let error = update(&folders.geo(), &[folders.file("city.mmdb", bad)]).unwrap_err();
        assert!(matches!(error, UpdateError::Database(..)));
    }
    let line = update(&folders.geo(), &[folders.file("tor.txt", "192.0.2.1\nnobody\n")]).unwrap_err();
    assert!(matches!(line, UpdateError::Line(_, 2)));
    let unsorted = folders.file("asn.csv", "2.0.0.0,2.0.0.255,1,A\n1.0.0.0,1.0.0.255,2,B\n");
    assert!(matches!(update(&folders.geo(), &[unsorted]), Err(UpdateError::Line(_, 2))));
    let other = folders.file("notes.md", "x");
    assert!(matches!(update(&folders.geo(), &[other]), Err(UpdateError::Unknown(_))));
    assert!(matches!(update(&folders.geo(), &["/nowhere/x.mmdb".into()]), Err(UpdateError::File(..))));
    let clients = ClientLookup::open(&folders.geo());
    assert_eq!(seen(&clients, "203.0.113.9").place.as_deref(), Some("Lisbon, Portugal"));
    assert!(clients.problems().is_empty());
}

#[test]
fn a_file_that_breaks_or_goes_is_a_problem_and_no_end() {
    let folders = Folders::new();
    let clients = ClientLookup::open(&folders.geo());
    assert!(clients.problems().is_empty() && clients.installed().is_empty(), "no file is no problem");
    update(&folders.geo(), &[folders.file("city.mmdb", cities())]).unwrap();
    assert_eq!(seen(&clients, "203.0.113.9").place, None);
    clients.refresh();
    assert!(seen(&clients, "203.0.113.9").place.is_some());
    fs::write(folders.geo().join("city.mmdb"), "garbage").unwrap();
    assert!(seen(&clients, "203.0.113.9").place.is_some(), "what was read stays until it is read anew");
    clients.refresh();
    assert_eq!((clients.problems().len(), seen(&clients, "203.0.113.9").place), (1, None));
    fs::remove_file(folders.geo().join("city.mmdb")).unwrap();
    clients.refresh();
    assert!(clients.problems().is_empty());
}
