//! Questions that a log cannot answer, and the option that would help.

use super::options::{LogOption, OptionEvidence};

/// Facts other than options that the questions depend on.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResponseCoverage {
    /// Message entries.
    pub messages: u64,
    /// Delivery attempts to other hosts.
    pub attempts: u64,
    /// Attempts with a response or diagnostic.
    pub answered: u64,
}

impl ResponseCoverage {
    /// Adds the counts of another file.
    pub fn join(&mut self, other: Self) {
        self.messages += other.messages;
        self.attempts += other.attempts;
        self.answered += other.answered;
    }
}

/// Question without a full answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// Number among the ten questions.
    pub number: u8,
    /// Question.
    pub question: &'static str,
    /// Missing information.
    pub missing: &'static str,
    /// Option to set.
    pub option: &'static str,
}

const QUESTIONS: [&str; 10] = [
    "Is it us or them? Is mail moving?",
    "Which recipient domains fail now?",
    "What do the remotes say?",
    "From which connection, which MX, which of our IPs?",
    "What happened to this message, this person's mail?",
    "When did it start, what changed?",
    "Is one sender flooding?",
    "Which connections hang?",
    "Is my fix working, is the backlog draining?",
    "What do I put in the ticket?",
];

/// Number, condition, missing information, option to set.
type Rule = (u8, bool, &'static str, &'static str);

/// Questions that all files together leave unanswered.
pub fn unanswered(options: &OptionEvidence, told: ResponseCoverage) -> Vec<Unanswered> {
    let rules = if told.messages == 0 { without_messages() } else { rules(options, told) };
    let missing = rules.into_iter().filter(|&(_, missing, ..)| missing);
    let unanswered = missing.filter_map(|(number, _, missing, option)| {
        let question = QUESTIONS.get(usize::from(number).checked_sub(1)?)?;
        Some(Unanswered { number, question, missing, option })
    });
    unanswered.collect()
}

fn rules(options: &OptionEvidence, told: ResponseCoverage) -> Vec<Rule> {
    let mut rules = attempt_rules(options, told);
    rules.extend(client_rules(options));
    rules
}

/// Questions 1 to 5: delivery attempts and their connections.
fn attempt_rules(options: &OptionEvidence, told: ResponseCoverage) -> Vec<Rule> {
    let no = |logs| !options.has(logs);
    let no_ends = no(LogOption::TransportInfo) && no(LogOption::Transport);
    vec![
        (
            1,
            no(LogOption::Connections),
            "no connections, so that none is counted as open",
            "LOG_CONNECTION=3",
        ),
        (
            3,
            told.attempts > 0 && told.answered == 0,
            "no response to any attempt",
            "LOG_DIAGNOSTICS=1",
        ),
        (
            4,
            no(LogOption::Connections),
            "no connections, so that they are told apart by what deliveries say of them",
            "LOG_CONNECTION=3",
        ),
        (
            4,
            no(LogOption::Process),
            "no processes, so that entries are tied to connections by addresses and ports only",
            "LOG_PROCESS=1",
        ),
        (
            4,
            no_ends && told.attempts > 0,
            "deliveries do not say from which of our addresses to which of theirs they went",
            "channel option LOG_TRANSPORTINFO=1",
        ),
        (
            5,
            no(LogOption::MessageId),
            "no message ids, so that no message is traced from one channel to the next",
            "LOG_MESSAGE_ID=1",
        ),
        (
            5,
            no(LogOption::QueueFile),
            "no queue files, so that attempts are not numbered",
            "LOG_FILENAME=1",
        ),
    ]
}

/// Questions 7 to 9: clients, connections and backlog.
fn client_rules(options: &OptionEvidence) -> Vec<Rule> {
    let no = |logs| !options.has(logs);
    vec![
        (7, no(LogOption::Hosts), "no addresses of those who connect to us", "LOG_CONNECTION=3"),
        (7, no(LogOption::Username), "no names of those who authenticated", "LOG_USERNAME=1"),
        (
            7,
            no(LogOption::Authentication),
            "no results of authentications, so that guessing of passwords is not seen",
            "LOG_CONNECTION+128",
        ),
        (8, no(LogOption::Connections), "no connections", "LOG_CONNECTION=3"),
        (
            9,
            no(LogOption::QueueFile) && no(LogOption::MessageId),
            "nothing ties a delivery to the attempts before it",
            "LOG_MESSAGE_ID=1, LOG_FILENAME=1",
        ),
    ]
}

/// For a log with connection entries only, or without entries.
fn without_messages() -> Vec<Rule> {
    let missing = "no message entries; connections may have a file of their own";
    let option = "mail.log_current, or the channel keyword logging";
    [1, 2, 3, 5, 6, 7, 9].into_iter().map(|number| (number, true, missing, option)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_log_leaves_most_questions_open() {
        let told = ResponseCoverage { messages: 10, attempts: 5, answered: 5 };
        let numbers = |options: &OptionEvidence, told| -> Vec<u8> {
            let mut numbers: Vec<u8> =
                unanswered(options, told).iter().map(|open| open.number).collect();
            numbers.dedup();
            numbers
        };
        assert_eq!(numbers(&OptionEvidence::default(), told), [1, 4, 5, 7, 8, 9]);
        assert_eq!(
            numbers(&OptionEvidence::default(), ResponseCoverage { answered: 0, ..told }),
            [1, 3, 4, 5, 7, 8, 9]
        );
        assert_eq!(
            numbers(&OptionEvidence::default(), ResponseCoverage::default()),
            [1, 2, 3, 5, 6, 7, 9]
        );
    }
}
