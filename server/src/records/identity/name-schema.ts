import Type from 'typebox';

/** What people call a key, a tenant or a model: 1–200 characters, not blank, none of them a control character. */
export const NameSchema = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: String.raw`^[^\u0000-\u001f\u007f]*[^\s\u0000-\u001f\u007f][^\u0000-\u001f\u007f]*$`,
});
