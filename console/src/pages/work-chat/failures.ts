/** Which receipt tells why a question was not answered: only its id, in this tab, so that a reload still knows it. */

const keyOf = (questionId: string): string => `reeve.chat.failed.${questionId}`;

export function noteFailure(questionId: string, receiptId: string): void {
  try {
    sessionStorage.setItem(keyOf(questionId), receiptId);
  } catch {
    // Storage may be forbidden or full: then a reload shows that the question was not answered, and not why.
  }
}

export function receiptOfFailure(questionId: string): string | null {
  try {
    return sessionStorage.getItem(keyOf(questionId));
  } catch {
    return null;
  }
}
