// Typed values of a section. A problem returns the built-in value, so that reading continues.
using System.Globalization;

namespace StreamActions.Worker.Configuration;

/// <summary>Reads single values.</summary>
internal static class SectionValues
{
    /// <summary>A text with variables substituted; null if the key is absent or invalid. <c>explain</c> shows it as written.</summary>
    public static string? Text(this Section section, string key)
    {
        if (section.Find(key) is not { } found || section.Scalar(found) is not { } scalar)
            return null;
        section.Explain(key, scalar.Text, found);
        return section.Resolve(scalar, found);
    }

    /// <summary>true or false.</summary>
    public static bool Flag(this Section section, string key, bool builtIn) =>
        section.Value(key, builtIn, "true or false", text => text switch { "true" => true, "false" => false, _ => null },
            value => value ? "true" : "false");

    /// <summary>A number that satisfies a condition.</summary>
    public static double Number(this Section section, string key, double builtIn, string expected, Func<double, bool> isValid) =>
        section.Value(key, builtIn, expected,
            text => double.TryParse(
                    text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && isValid(number) ? number : null,
            value => value.ToString("0.######", CultureInfo.InvariantCulture));

    /// <summary>A whole number in [<paramref name="least"/>, <paramref name="most"/>].</summary>
    public static int Integer(this Section section, string key, int builtIn, int least, int most) =>
        section.Value(key, builtIn, $"a whole number from {least} to {most}",
            text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number >= least && number <= most ? number : null,
            value => value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A duration in [<paramref name="least"/>, <paramref name="most"/>].</summary>
    public static TimeSpan Duration(
        this Section section, string key, TimeSpan builtIn, TimeSpan least, TimeSpan most, string alternative = "") =>
        section.Value(key, builtIn,
            $"a duration from {Durations.Format(least)} to {Durations.Format(most)}, such as 250ms, 1s, 5m, 2h or 30d{alternative}",
            text => Durations.Parse(text) is { } duration && duration >= least && duration <= most ? duration : null,
            Durations.Format);

    /// <summary>A duration in [<paramref name="least"/>, <paramref name="most"/>], or null for <c>off</c>.</summary>
    public static TimeSpan? DurationOrOff(this Section section, string key, TimeSpan builtIn, TimeSpan least, TimeSpan most)
    {
        if (section.Find(key) is not { Node: ScalarNode { Text: "off" } } found)
            return section.Duration(key, builtIn, least, most, ", or off");
        section.Explain(key, "off", found);
        return null;
    }

    /// <summary>One of several words.</summary>
    public static string Choice(this Section section, string key, string builtIn, params string[] words) =>
        section.Pick(key, words) ?? section.BuiltIn(key, builtIn);

    /// <summary>The scalar that was found. Any other value is a problem and returns null.</summary>
    public static ScalarNode? Scalar(this Section section, Found found)
    {
        if (found.Node is ScalarNode { IsEmpty: false } scalar)
            return scalar;
        section.Reading.Problem(found.Node.Place, found.Key, $"expected a single value, found {found.Node.Kind}",
            "write a value, or remove the key");
        return null;
    }

    /// <summary>A scalar's text with variables substituted; null if a variable cannot be substituted.</summary>
    public static string? Resolve(this Section section, ScalarNode scalar, Found found) => section.ResolveText(scalar, found)?.Text;

    /// <summary>The same, with the values that came out of variables.</summary>
    public static ResolvedText? ResolveText(this Section section, ScalarNode scalar, Found found) =>
        Variables.Substitute(scalar.Text, scalar.Place, found.Key, section.Reading);

    /// <summary>A value as <c>explain</c> shows it: a value that came out of a variable is shown as written.</summary>
    public static string Shown(ScalarNode scalar, string value) => Variables.Contains(scalar.Text) ? scalar.Text : value;

    private static string? Pick(this Section section, string key, string[] words)
    {
        if (section.Find(key) is not { } found || section.Scalar(found) is not { } scalar
            || section.Resolve(scalar, found) is not { } text)
            return null;
        if (!words.Contains(text, StringComparer.Ordinal))
        {
            section.Reading.Problem(scalar.Place, found.Key, $"unknown value '{scalar.Text}'", Suggestion.For(scalar.Text, words));
            return words[0];
        }
        section.Explain(key, Shown(scalar, text), found);
        return text;
    }

    private static T Value<T>(
        this Section section, string key, T builtIn, string expected, Func<string, T?> parse, Func<T, string> format)
        where T : struct
    {
        if (section.Find(key) is not { } found)
        {
            section.Explain(key, format(builtIn), null);
            return builtIn;
        }
        if (section.Scalar(found) is not { } scalar || section.Resolve(scalar, found) is not { } text)
            return builtIn;
        if (parse(text) is { } value)
        {
            section.Explain(key, Shown(scalar, format(value)), found);
            return value;
        }
        section.Reading.Problem(scalar.Place, found.Key, $"invalid value '{scalar.Text}'", $"use {expected}");
        return builtIn;
    }

    private static string BuiltIn(this Section section, string key, string value)
    {
        section.Explain(key, value, null);
        return value;
    }
}
