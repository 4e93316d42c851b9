/** German: what each code of the catalogue means to whoever works here, and what to do. */
import type { errors as English } from '../en/errors.ts';

export const errors: typeof English = {
  malformed_json: 'Das Gesendete ist nicht lesbar. Laden Sie die Seite neu und versuchen Sie es noch einmal.',
  invalid_utf8: 'Der Text enthält ungültige Zeichen. Geben Sie ihn neu ein.',
  nesting_too_deep: 'Das Gesendete ist zu tief verschachtelt. Machen Sie es flacher.',
  duplicate_field: 'Ein Feld wurde doppelt gesendet. Senden Sie jedes einmal.',
  invalid_request: 'Eine Eingabe ist nicht gültig. Ändern Sie sie und versuchen Sie es noch einmal.',
  unsupported_parameter:
    'Das Modell kann etwas Verlangtes nicht. Wählen Sie ein anderes Modell, oder fragen Sie ohne dies.',
  invalid_api_key: 'Sie sind hier nicht bekannt, oder Ihr Zugang ist beendet. Melden Sie sich neu an.',
  sign_in_failed:
    'Der Anmeldename oder das Passwort ist falsch. Versuchen Sie es noch einmal, oder bitten Sie um einen Einmallink.',
  sign_in_link_invalid:
    'Dieser Link wurde benutzt, ist abgelaufen oder durch einen neueren ersetzt. Bitten Sie um einen neuen.',
  session_ended: 'Ihre Sitzung ist beendet. Melden Sie sich neu an.',
  cross_site_request:
    'Diese Anfrage kam nicht aus der Konsole selbst. Öffnen Sie die Konsole unter ihrer eigenen Adresse und versuchen Sie es noch einmal.',
  policy_denied: 'Ihre Rollen oder eine Richtlinie erlauben das nicht. Ein Eigentümer kann Ihre Rollen ändern.',
  model_not_found: 'Dieses Modell gibt es für Sie nicht. Wählen Sie ein anderes.',
  not_found: 'Das gibt es nicht mehr, oder Sie dürfen es nicht sehen. Gehen Sie zurück zur Liste.',
  method_not_allowed:
    'Der Server nimmt diese Anfrage nicht an. Laden Sie die Seite neu: Sie ist vielleicht älter als der Server.',
  request_timeout: 'Die Anfrage kam nicht rechtzeitig an. Prüfen Sie die Verbindung und versuchen Sie es noch einmal.',
  conflict:
    'Das passt nicht zum Gespeicherten, vielleicht hat es inzwischen jemand geändert. Sehen Sie noch einmal nach, und wiederholen Sie es dann.',
  idempotency_in_flight: 'Dieselbe Anfrage läuft noch. Warten Sie einen Moment und sehen Sie noch einmal nach.',
  idempotency_stream_repeated: 'Diese Antwort wurde schon gegeben und wird nicht wiederholt. Fragen Sie neu.',
  body_too_large: 'Das ist größer, als der Server annimmt. Senden Sie weniger oder kleinere Dateien.',
  unsupported_media_type:
    'Der Server nimmt solche Inhalte nicht an. Laden Sie die Seite neu und versuchen Sie es noch einmal.',
  idempotency_mismatch:
    'Dieselbe Anfrage kam schon mit anderem Inhalt. Laden Sie die Seite neu und versuchen Sie es noch einmal.',
  headers_too_large:
    'Der Browser sendet mehr, als der Server annimmt. Löschen Sie die Cookies dieser Adresse und versuchen Sie es noch einmal.',
  sign_in_locked:
    'Zu viele falsche Passwörter für diesen Anmeldenamen. Warten Sie, oder melden Sie sich mit einem Einmallink an.',
  upstream_rejected:
    'Der Anbieter nahm die Anfrage nicht an. Ändern Sie, was er nennt, oder wählen Sie ein anderes Modell.',
  internal_error:
    'Im Server ist etwas fehlgeschlagen. Versuchen Sie es noch einmal; wenn es wieder geschieht, sagen Sie es mit der Id unten dem Betreiber von Reeve.',
  upstream_failed: 'Der Anbieter ist ausgefallen. Versuchen Sie es noch einmal, oder wählen Sie ein anderes Modell.',
  upstream_invalid:
    'Der Anbieter sandte eine unlesbare Antwort. Versuchen Sie es noch einmal, oder wählen Sie ein anderes Modell.',
  upstream_refused:
    'Der Anbieter nimmt die Zugangsdaten dieses Servers nicht an. Der Betreiber von Reeve muss sie richten; wählen Sie inzwischen ein anderes Modell.',
  overloaded: 'Der Server ist ausgelastet. Warten Sie einen Moment und versuchen Sie es noch einmal.',
  draining: 'Der Server wird beendet oder neu gestartet. Versuchen Sie es gleich noch einmal.',
  audit_unavailable:
    'Der Server kann keine Belege schreiben und bedient daher keinen Aufruf. Sagen Sie es dem Betreiber von Reeve.',
  database_unavailable:
    'Die Datenbank antwortet nicht. Versuchen Sie es gleich noch einmal; wenn es anhält, sagen Sie es dem Betreiber von Reeve.',
  objects_unavailable:
    'Der Objektspeicher antwortet nicht. Versuchen Sie es gleich noch einmal; wenn es anhält, sagen Sie es dem Betreiber von Reeve.',
  secrets_unavailable:
    'Der Geheimnisspeicher antwortet nicht. Versuchen Sie es gleich noch einmal; wenn es anhält, sagen Sie es dem Betreiber von Reeve.',
  upstream_timeout:
    'Der Anbieter antwortete nicht rechtzeitig. Versuchen Sie es noch einmal, oder wählen Sie ein anderes Modell.',
  unreachable: 'Prüfen Sie die Verbindung und versuchen Sie es dann noch einmal.',
  unknown:
    'Diese Antwort kennt die Seite nicht. Versuchen Sie es noch einmal; wenn es wieder geschieht, sagen Sie es dem Betreiber von Reeve.',
};
