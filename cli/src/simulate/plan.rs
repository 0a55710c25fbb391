//! What is going to happen, all of it settled by the seed before the first request.

use super::people::Person;
use super::rng::Rng;

/// A kind of journey. Attacks come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Registers, follows the link, signs in for the first time.
    Register,
    /// Signs in as every day and looks around.
    SignIn,
    /// Sets up an authenticator app and recovery codes.
    EnrolApp,
    /// Signs in from a device that was not used before.
    NewDevice,
    /// Has forgotten the password.
    Forgot,
    /// Changes the password.
    ChangePassword,
    /// Ends all other sessions.
    EndOthers,
    /// Gives the authenticator app up.
    RemoveApp,
    /// Finds somebody else in the account, presses "this was not me", comes back by a reset.
    Disown,
    /// Tries leaked pairs of addresses and passwords.
    Stuffing,
    /// Guesses one person's password.
    GuessPassword,
    /// Knows the password and guesses codes.
    GuessCode,
    /// Follows links that were used before.
    SpentLink,
}

impl Kind {
    /// In words, for the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Register => "register and verify",
            Self::SignIn => "sign in",
            Self::EnrolApp => "set up an app",
            Self::NewDevice => "new device",
            Self::Forgot => "forgotten password",
            Self::ChangePassword => "change password",
            Self::EndOthers => "end other sessions",
            Self::RemoveApp => "remove the app",
            Self::Disown => "this was not me",
            Self::Stuffing => "attack: stuffing",
            Self::GuessPassword => "attack: passwords",
            Self::GuessCode => "attack: codes",
            Self::SpentLink => "attack: spent links",
        }
    }

    /// Whether the journey needs to know what the person knows, and so waits for the person's turn.
    pub fn is_of_the_person(self) -> bool {
        !matches!(self, Self::Stuffing | Self::GuessPassword)
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
    /// most 90) of all.
    pub fn new(seed: u64, people: usize, rounds: usize, attackers: u32) -> Self {
        let people: Vec<Person> = (0..people).map(|number| Person::of(seed, number)).collect();
        let mut rng = Rng::of(seed, 3, 0);
        let mut journeys = Vec::new();
        // Attacks owed, in hundredths: added evenly among the others rather than at the end.
        let (percent, mut owed) = (attackers.min(90), 0);
        for round in 0..rounds {
            let mut order: Vec<usize> = (0..people.len()).collect();
            rng.shuffle(&mut order);
            for person in order {
                let kind = honest(&people[person], round, &mut rng);
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

fn honest(person: &Person, round: usize, rng: &mut Rng) -> Kind {
    match (round, person.cautious) {
        (0, _) => return Kind::Register,
        (1, true) => return Kind::EnrolApp,
        _ => {}
    }
    match rng.below(100) {
        0..48 => Kind::SignIn,
        48..66 => Kind::NewDevice,
        66..75 => Kind::Forgot,
        75..84 => Kind::ChangePassword,
        84..92 => Kind::EndOthers,
        92..95 if person.cautious => Kind::RemoveApp,
        92..95 => Kind::SignIn,
        _ => Kind::Disown,
    }
}

/// Codes are guessed of the next person who has an app; anybody if nobody has.
fn victim(kind: Kind, people: &[Person], rng: &mut Rng) -> usize {
    let first = rng.below(people.len());
    let mut all = (first..people.len()).chain(0..first);
    let has_app = all.find(|person| kind != Kind::GuessCode || people[*person].cautious);
    has_app.unwrap_or(first)
}

fn attack(round: usize, rng: &mut Rng) -> Kind {
    match (rng.below(100), round) {
        (0..35, _) => Kind::Stuffing,
        // There are no spent links before the second round, no apps before the third.
        (35..70, _) | (70..100, 0) | (70..85, 1) => Kind::GuessPassword,
        (70..85, _) => Kind::GuessCode,
        _ => Kind::SpentLink,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_plan_and_another_another() {
        assert!(Plan::new(1, 40, 3, 10) == Plan::new(1, 40, 3, 10));
        assert!(Plan::new(1, 40, 3, 10).journeys != Plan::new(2, 40, 3, 10).journeys);
    }

    #[test]
    fn everybody_registers_first_and_attacks_have_their_share() {
        let plan = Plan::new(5, 300, 3, 10);
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
                && guessed.clone().all(|journey| plan.people[journey.person].cautious)
        );
        assert!(Plan::new(5, 30, 3, 0).journeys.iter().all(|journey| journey.kind < Kind::Stuffing));
    }

    #[test]
    fn nobody_means_nothing_to_do() {
        assert!(Plan::new(1, 0, 3, 50).journeys.is_empty());
    }
}
