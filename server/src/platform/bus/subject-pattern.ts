/** Subjects with wildcards, as NATS reads them. */

const TOKEN = '[A-Za-z0-9_-]+';
const SUBJECT = new RegExp(String.raw`^(>|(${TOKEN}|\*)(\.(${TOKEN}|\*))*(\.>)?)$`);

/** The subjects as one regular expression that JavaScript and PostgreSQL read alike. Throws where one is malformed. */
export function toPattern(subjects: readonly string[]): string {
  const branches = subjects.map((subject) => {
    if (!SUBJECT.test(subject)) throw new TypeError(`"${subject}" is no subject`);
    return subject
      .split('.')
      .map((token) => (token === '*' ? '[^.]+' : token === '>' ? '.+' : token))
      .join('[.]');
  });
  if (branches.length === 0) throw new TypeError('a consumer names at least one subject');
  return `^(${branches.join('|')})$`;
}
