/** What is wrong with a document that is not well-formed, as a sentence, and what to write instead. */
interface XmlWords {
  readonly message: string;
  readonly remedy: string;
}

/** By what xmldom says; `$1` is the name that it quotes. */
const WORDS: readonly (readonly [RegExp, XmlWords])[] = [
  [
    /^attribute "([^"]*)" missed value/,
    { message: 'The attribute "$1" has no value.', remedy: 'Write $1="…", or take it out.' },
  ],
  [
    /^(?:attribute ".*" missed (?:start )?quot|AttValue)/s,
    { message: "The value of an attribute has no quotes.", remedy: 'Write name="value".' },
  ],
  [
    /^attribute value must after/,
    { message: 'A "=" stands without the name of an attribute before it.', remedy: 'Write name="value".' },
  ],
  [
    /^attribute space is required"([^"]*)"/,
    {
      message: 'Nothing separates the attribute "$1" from what follows.',
      remedy: 'Write a space between two attributes, and ">" where the tag ends.',
    },
  ],
  [
    /^Attribute (\S+) redefined/,
    { message: 'The attribute "$1" is there twice.', remedy: "Take one of them out." },
  ],
  [
    /^Unescaped '<'/,
    {
      message: 'The value of an attribute holds a "<", or its second quote is missing.',
      remedy: "Write &lt; in it, or the quote where it ends.",
    },
  ],
  [
    /attribute value no end/,
    { message: "The value of an attribute is not closed.", remedy: "Write its second quote where it ends." },
  ],
  [/^unexpected end of input/, { message: "A tag is not closed.", remedy: 'Write ">" where it ends.' }],
  [
    /^comment is not well-formed/,
    {
      message: 'A comment is not closed, or holds "--".',
      remedy: 'Write "-->" where it ends, and no "--" in it.',
    },
  ],
  [
    /^(?:Invalid )?CDATA/,
    {
      message: "A CDATA section is not closed, or stands outside of the root element.",
      remedy: 'Write "]]>" where it ends.',
    },
  ],
  [
    /xml declaration/,
    {
      message: "The XML declaration is malformed, or does not stand at the very start.",
      remedy: 'Write <?xml version="1.0" encoding="UTF-8"?> as the first thing in the file, or take it out.',
    },
  ],
  [
    /processing instruction/,
    { message: "An instruction, which starts with <?, is not closed.", remedy: 'Write "?>" where it ends.' },
  ],
  [
    /Only one element can be added/,
    {
      message: "There is a second element beside the root element.",
      remedy: "Put both into one element, or each into a file of its own.",
    },
  ],
  [
    /content outside root element|Extra content at the end|HierarchyRequestError/,
    {
      message: "There is text outside of the root element.",
      remedy: "Take it out, or move it into the element.",
    },
  ],
  [
    /NamespaceError/,
    {
      message: "A name has a prefix that stands for no namespace.",
      remedy: 'Take the prefix and its colon out, or declare it: xmlns:PREFIX="URI".',
    },
  ],
  [
    /invalid tagName:$|unexpected < in tag name/,
    { message: 'There is a "<" that begins no tag.', remedy: "Write &lt;, or put the text into CDATA." },
  ],
  [
    /invalid tagName:(\S*)/,
    {
      message: '"$1" is no name of an element.',
      remedy: 'Begin it with a letter; write &lt; for a "<" that begins no tag.',
    },
  ],
  [
    /invalid attribute:(\S*)/,
    { message: '"$1" is no name of an attribute.', remedy: "Begin it with a letter." },
  ],
  [
    /must be connected/,
    {
      message: 'The "/" of an empty element stands before something else.',
      remedy: 'Write "/>" at its end.',
    },
  ],
  [
    /^end tag name/,
    {
      message: "An end tag is malformed or not closed.",
      remedy: "Write </NAME>, without a space before the name.",
    },
  ],
  [
    /[Dd]octype|DOCTYPE|markup declaration|Not well-formed XML starting|internal subset/i,
    {
      message: 'What starts with "<!" means nothing here.',
      remedy: "Take it out, or write &lt;! if it is text.",
    },
  ],
];

const OTHER: XmlWords = {
  message: "The XML cannot be read from here on.",
  remedy: "Look for a quote, a bracket or an end tag that is missing before it.",
};

/** Puts a message of xmldom into words. No more of the document is in them than a name. */
export function wordsForXml(message: string): XmlWords {
  for (const [pattern, words] of WORDS) {
    const found = pattern.exec(message);
    if (!found) continue;
    const name = (found[1] ?? "").slice(0, 100);
    const said = (text: string) => text.replaceAll("$1", () => name);
    return { message: said(words.message), remedy: said(words.remedy) };
  }
  return OTHER;
}
