use argon2::password_hash::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash;

use super::*;

const SALT: [u8; 16] = *b"sixteen bytes ok";

fn parameters(m: u32, t: u32, p: u32) -> Parameters {
    Parameters::new(m, t, p).unwrap()
}

fn with(policy: Parameters) -> Argon2id {
    Argon2id::new(policy, ParameterBounds::default(), &[9; 32]).unwrap()
}

fn cheap() -> Argon2id {
    with(parameters(8, 1, 1))
}

fn password(text: &str) -> Password {
    Password::new(text.to_owned()).unwrap()
}

fn phc(text: impl Into<String>) -> PhcString {
    PhcString::from(text.into())
}

#[test]
fn a_password_matches_its_own_hash_only() {
    for policy in [parameters(8, 1, 1), parameters(100, 3, 2), Parameters::default()] {
        let argon2id = with(policy);
        let hash = argon2id.hash(&password("caf\u{e9}"), SALT).unwrap();
        let verify = |text: &str| argon2id.verify(&password(text), &hash).unwrap();
        assert_eq!(verify("cafe\u{301}"), Verification::Match { rehash: false });
        assert_eq!(verify("caf\u{e9} "), Verification::Mismatch);
        assert_eq!(verify(""), Verification::Mismatch);
    }
}

#[test]
fn every_byte_of_a_long_password_counts() {
    let argon2id = cheap();
    let hash = argon2id.hash(&password(&"x".repeat(1024)), SALT).unwrap();
    let other = password(&("x".repeat(1023) + "y"));
    assert_eq!(argon2id.verify(&other, &hash).unwrap(), Verification::Mismatch);
}

#[test]
fn the_argon2_crate_verifies_what_is_written() {
    let argon2id = with(Parameters::default());
    let text = "correct horse battery staple";
    let hash = argon2id.hash(&password(text), SALT).unwrap();
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());

    let mut mac = Hmac::<Sha256>::new_from_slice(&[9; 32]).unwrap();
    mac.update(text.as_bytes());
    let key = mac.finalize().into_bytes();
    let parsed = PasswordHash::new(hash.as_str()).unwrap();
    assert!(Argon2::default().verify_password(&key, &parsed).is_ok());
    assert!(Argon2::default().verify_password(text.as_bytes(), &parsed).is_err());
}

#[test]
fn the_reference_path_gives_the_same_tag() {
    let argon2id = cheap();
    for costs in [parameters(8, 1, 1), parameters(333, 3, 4), Parameters::default()] {
        let mut tag = [0; 32];
        reference(costs, &[5; 32], &SALT, &mut tag).unwrap();
        assert_eq!(*argon2id.tag(costs, &[5; 32], SALT).unwrap(), tag);
    }
}

#[test]
fn another_pepper_does_not_match() {
    let hash = cheap().hash(&password("secret"), SALT).unwrap();
    let other = Argon2id::new(parameters(8, 1, 1), ParameterBounds::default(), &[8; 32]).unwrap();
    assert_eq!(other.verify(&password("secret"), &hash).unwrap(), Verification::Mismatch);
}

#[test]
fn a_hash_below_the_policy_asks_for_another() {
    let old = [parameters(8, 2, 1), parameters(16, 1, 1), parameters(16, 2, 1)];
    let outcomes = old.map(|costs| {
        let hash = with(costs).hash(&password("secret"), SALT).unwrap();
        with(parameters(16, 2, 1)).verify(&password("secret"), &hash).unwrap()
    });
    let rehash = |rehash| Verification::Match { rehash };
    assert_eq!(outcomes, [rehash(true), rehash(true), rehash(false)]);
    // A stronger one than the policy asks for is left alone.
    let strong = with(parameters(32, 3, 2)).hash(&password("secret"), SALT).unwrap();
    assert_eq!(cheap().verify(&password("secret"), &strong).unwrap(), rehash(false));
}

#[test]
fn the_decoy_never_matches_and_costs_what_the_policy_costs() {
    let argon2id = cheap();
    assert_eq!(argon2id.verify_decoy(&password("decoy")).unwrap(), Verification::Mismatch);
    let stored = Stored::read(&argon2id.decoy, ParameterBounds::default()).ok().unwrap();
    assert_eq!(stored.parameters, argon2id.policy());
}

#[test]
fn dear_hashes_are_refused_without_work() {
    let tail = cheap().hash(&password("secret"), SALT).unwrap();
    let tail = tail.as_str().split_once("p=1").unwrap().1.to_owned();
    let started = std::time::Instant::now();
    for costs in [
        "m=65537,t=1,p=1",
        "m=4194304,t=10,p=4",
        "m=4294967295,t=4294967295,p=1",
        "m=64,t=11,p=1",
        "m=64,t=1,p=5",
    ] {
        let hash = phc(format!("$argon2id$v=19${costs}{tail}"));
        let outcome = cheap().verify(&password("secret"), &hash);
        assert!(matches!(outcome, Err(VerifyError::ParametersOutOfBounds(_))), "{costs}");
    }
    assert!(started.elapsed().as_secs() < 5);
    // At the bound a hash is computed.
    let hash = phc(format!("$argon2id$v=19$m=65536,t=1,p=4{tail}"));
    assert!(cheap().verify(&password("secret"), &hash).is_ok());
}

#[test]
fn other_hashes_are_malformed() {
    let good = cheap().hash(&password("secret"), SALT).unwrap().as_str().to_owned();
    let (head, tag) = good.rsplit_once('$').unwrap();
    let (head, salt) = head.rsplit_once('$').unwrap();
    let bad = [
        String::new(),
        "secret".to_owned(),
        "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW".to_owned(),
        good.replace("argon2id", "argon2i"),
        good.replace("argon2id", "scrypt"),
        good.replace("v=19", "v=16"),
        good.replace("$v=19", ""),
        good.replace("m=8,", ""),
        good.replace("m=8", "m=-8"),
        good.replace("m=8", "m=7"),
        good.replace("m=8", "m=99999999999"),
        good.replace("t=1", "t=0"),
        good.replace("p=1", "p=0"),
        good.replace("p=1", "p=1,keyid=AAAA"),
        good.replace("p=1", "p=1,data=AAAA"),
        good.replace("p=1", "p=1,x=1"),
        format!("{head}${salt}"),
        format!("{head}${}${tag}", &salt[..16]),
        format!("{head}${salt}AAAA${tag}"),
        format!("{head}${salt}${}", &tag[..32]),
        format!("{head}${salt}${tag}AAAA"),
        format!("{good}$"),
        format!("{good}{}", "A".repeat(1 << 20)),
    ];
    for bad in bad {
        let outcome = cheap().verify(&password("secret"), &phc(bad.clone()));
        assert!(matches!(outcome, Err(VerifyError::Malformed)), "{bad:.120}: {outcome:?}");
    }
}

#[test]
fn a_policy_above_the_bounds_is_refused() {
    let outcome = Argon2id::new(parameters(64, 11, 1), ParameterBounds::default(), &[0; 32]);
    assert!(matches!(outcome, Err(HashError::PolicyOutOfBounds)));
}

#[test]
fn debug_tells_no_secret() {
    let argon2id = cheap();
    let hash = argon2id.hash(&password("secret"), SALT).unwrap();
    let shown = format!("{argon2id:?} {hash:?}");
    assert!(!shown.contains("pepper") && !shown.contains("9, 9") && !shown.contains("$argon2id"));
}
