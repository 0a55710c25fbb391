//! What is going to happen, all of it settled by the seed before the first request.

use super::people::{Guard, Person};
use super::rng::Rng;

/// A kind of journey. Attacks come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Registers, follows the link, signs in for the first time.
    Register,
    /// Signs in as every day and looks around.
    SignIn,
    /// Proves a phone number, signs in with it and with the user number.
    ByNumber,
    /// Sets up an authenticator app and recovery codes.
    EnrolApp,
    /// Sets up a passkey and recovery codes.
    EnrolPasskey,
    /// Sets up codes by text message and recovery codes.
    EnrolSms,
    /// Signs in with a passkey and nothing else.
    PasskeyAlone,
    /// Signs in from a device that was not used before.
    NewDevice,
    /// Signs in from where nobody would expect it, and says so by mail.
    Approve,
    /// Somebody else signs in from where nobody would expect it; the owner says so by mail.
    Deny,
    /// Asks that a device needs no second factor for a while.
    TrustDevice,
    /// Has forgotten the password.
    Forgot,
    /// Changes the password.
    ChangePassword,
    /// Sets a recovery address, and looks whether all addresses are right.
    RecoveryAddress,
    /// Finds the e-mail address changed, and takes the account back.
    ChangeAddress,
    /// Ends all other sessions.
    EndOthers,
    /// Ends one session and forgets one device.
    EndOne,
    /// Gives the authenticator app up.
    RemoveApp,
    /// Has lost the second factor; or somebody says so.
    LostFactor,
    /// Has lost everything and asks support.
    Support,
    /// Support voids the password.
    ForcedChange,
    /// Finds somebody else in the account, presses "this was not me", comes back by a reset.
    Disown,
    /// Tries leaked pairs of addresses and passwords.
    Stuffing,
    /// Guesses one person's password.
    GuessPassword,
    /// Asks so much from one address that it has to work for it.
    Crowd,
    /// Knows the password and guesses codes.
    GuessCode,
    /// Follows links that were used before.
    SpentLink,
}

/// What people do once they are set up, apart from signing in: all of it before any of it again.
const WAYS: [Kind; 16] = [
    Kind::ByNumber,
    Kind::PasskeyAlone,
    Kind::NewDevice,
    Kind::NewDevice,
    Kind::Approve,
    Kind::Deny,
    Kind::TrustDevice,
    Kind::Forgot,
    Kind::ChangePassword,
    Kind::RecoveryAddress,
    Kind::ChangeAddress,
    Kind::EndOthers,
    Kind::EndOne,
    Kind::LostFactor,
    Kind::Support,
    Kind::Disown,
];

/// What takes staff, and what is done seldom.
const SELDOM: [Kind; 2] = [Kind::ForcedChange, Kind::RemoveApp];

impl Kind {
    /// In words, for the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Register => "register and verify",
            Self::SignIn => "sign in",
            Self::ByNumber => "sign in by number",
            Self::EnrolApp => "set up an app",
            Self::EnrolPasskey => "set up a passkey",
            Self::EnrolSms => "set up text messages",
            Self::PasskeyAlone => "passkey alone",
            Self::NewDevice => "new device",
            Self::Approve => "unexpected, approved",
            Self::Deny => "unexpected, denied",
            Self::TrustDevice => "trusted device",
            Self::Forgot => "forgotten password",
            Self::ChangePassword => "change password",
            Self::RecoveryAddress => "recovery address",
            Self::ChangeAddress => "address changed, undone",
            Self::EndOthers => "end other sessions",
            Self::EndOne => "end one, forget one",
            Self::RemoveApp => "remove the app",
            Self::LostFactor => "lost second factor",
            Self::Support => "recovery by support",
            Self::ForcedChange => "forced new password",
            Self::Disown => "this was not me",
            Self::Stuffing => "attack: stuffing",
            Self::GuessPassword => "attack: passwords",
            Self::Crowd => "attack: crowd",
            Self::GuessCode => "attack: codes",
            Self::SpentLink => "attack: spent links",
        }
    }

    /// Whether the journey needs to know what the person knows, and so waits for the person's turn.
    pub fn is_of_the_person(self) -> bool {
        !matches!(self, Self::Stuffing | Self::GuessPassword | Self::Crowd)
    }

    /// Whether it makes sense for somebody with that guard.
    fn suits(self, guard: Guard, staff: bool) -> bool {
        match self {
            Self::PasskeyAlone => guard == Guard::Passkey,
            Self::RemoveApp => guard == Guard::App,
            Self::TrustDevice | Self::LostFactor => guard != Guard::Nothing,
            // Whoever has app or passkey is not asked.
            Self::Deny => matches!(guard, Guard::Nothing | Guard::Sms),
            Self::GuessCode => matches!(guard, Guard::App | Guard::Sms),
            Self::ForcedChange => staff,
            _ => true,
        }
    }
}

/// One journey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    /// What happens.
    pub kind: Kind,
    /// To whom: an index into the people.
    pub person: usize,
    /// Settles every choice on the way.
    pub seed: u64,
}

/// People and journeys, the latter in the order in which they begin.
#[derive(Clone, PartialEq, Eq)]
pub struct Plan {
    /// Who takes part.
    pub people: Vec<Person>,
    /// What they do.
    pub journeys: Vec<Journey>,
}

impl Plan {
    /// `rounds` journeys for each of `people`, and as many attacks that they are `attackers` percent (at
    /// most 90) of all. With `staff`, there is somebody to do what only operators do.
    pub fn new(seed: u64, people: usize, rounds: usize, attackers: u32, staff: bool) -> Self {
        let people: Vec<Person> = (0..people).map(|number| Person::of(seed, number)).collect();
        let mut rng = Rng::of(seed, 3, 0);
        let mut journeys = Vec::new();
        let mut deck = Deck { left: Vec::new(), staff };
        // Attacks owed, in hundredths: added evenly among the others rather than at the end.
        let (percent, mut owed) = (attackers.min(90), 0);
        for round in 0..rounds {
            let mut order: Vec<usize> = (0..people.len()).collect();
            rng.shuffle(&mut order);
            for person in order {
                let kind = deck.honest(&people[person], round, &mut rng);
                journeys.push(Journey { kind, person, seed: rng.next() });
                owed += 100 * percent / (100 - percent);
                while owed >= 100 {
                    owed -= 100;
                    let kind = attack(round, &mut rng);
                    let victim = victim(kind, &people, &mut rng);
                    journeys.push(Journey { kind, person: victim, seed: rng.next() });
                }
            }
        }
        Self { people, journeys }
    }
}

/// Ways that have not had their turn yet.
struct Deck {
    left: Vec<Kind>,
    staff: bool,
}

impl Deck {
    fn honest(&mut self, person: &Person, round: usize, rng: &mut Rng) -> Kind {
        match (round, person.guard) {
            (0, _) => return Kind::Register,
            (1, Guard::App) => return Kind::EnrolApp,
            (1, Guard::Passkey) => return Kind::EnrolPasskey,
            (1, Guard::Sms) => return Kind::EnrolSms,
            _ => {}
        }
        if rng.chance(30) {
            return Kind::SignIn;
        }
        for _ in 0..2 {
            let suits = |kind: &Kind| kind.suits(person.guard, self.staff);
            if let Some(at) = self.left.iter().position(suits) {
                return self.left.remove(at);
            }
            let mut more: Vec<Kind> = WAYS.into_iter().chain(SELDOM).collect();
            rng.shuffle(&mut more);
            self.left.extend(more);
        }
        Kind::SignIn
    }
}

/// Codes are guessed of the next person who has some; anybody's if nobody has.
fn victim(kind: Kind, people: &[Person], rng: &mut Rng) -> usize {
    let first = rng.below(people.len());
    let mut all = (first..people.len()).chain(0..first);
    all.find(|person| kind.suits(people[*person].guard, false)).unwrap_or(first)
}

fn attack(round: usize, rng: &mut Rng) -> Kind {
    match (rng.below(100), round) {
        (0..25, _) => Kind::Stuffing,
        (25..40, _) => Kind::Crowd,
        // There are no spent links before the second round, no apps before the third.
        (40..70, _) | (70..100, 0) | (70..85, 1) => Kind::GuessPassword,
        (70..85, _) => Kind::GuessCode,
        _ => Kind::SpentLink,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_plan_and_another_another() {
        assert!(Plan::new(1, 40, 3, 10, false) == Plan::new(1, 40, 3, 10, false));
        assert!(Plan::new(1, 40, 3, 10, false).journeys != Plan::new(2, 40, 3, 10, false).journeys);
    }

    #[test]
    fn everybody_registers_first_and_attacks_have_their_share() {
        let plan = Plan::new(5, 300, 3, 10, false);
        let attacks = plan.journeys.iter().filter(|journey| journey.kind >= Kind::Stuffing).count();
        let share = attacks * 1_000 / plan.journeys.len();
        assert!((90..=100).contains(&share), "{share} per thousand");
        for person in 0..300 {
            let own = |j: &&Journey| j.person == person && j.kind < Kind::Stuffing;
            assert_eq!(plan.journeys.iter().find(own).map(|j| j.kind), Some(Kind::Register));
            assert_eq!(plan.journeys.iter().filter(own).count(), 3);
        }
        let guessed = plan.journeys.iter().filter(|journey| journey.kind == Kind::GuessCode);
        assert!(
            guessed.clone().count() > 0
                && guessed
                    .clone()
                    .all(|journey| journey.kind.suits(plan.people[journey.person].guard, false))
        );
        assert!(Plan::new(5, 30, 3, 0, false).journeys.iter().all(|journey| journey.kind < Kind::Stuffing));
    }

    #[test]
    fn every_way_has_its_turn() {
        let plan = Plan::new(1, 40, 4, 20, true);
        let kinds: std::collections::BTreeSet<Kind> = plan.journeys.iter().map(|j| j.kind).collect();
        let missing = WAYS.into_iter().chain(SELDOM).filter(|kind| !kinds.contains(kind));
        assert_eq!(missing.collect::<Vec<_>>(), []);
        for kind in [Kind::EnrolApp, Kind::EnrolPasskey, Kind::EnrolSms, Kind::Crowd, Kind::GuessCode] {
            assert!(kinds.contains(&kind), "{kind:?}");
        }
        let without = Plan::new(1, 40, 4, 20, false);
        assert!(without.journeys.iter().all(|journey| journey.kind != Kind::ForcedChange));
    }

    #[test]
    fn nobody_means_nothing_to_do() {
        assert!(Plan::new(1, 0, 3, 50, false).journeys.is_empty());
    }
}
