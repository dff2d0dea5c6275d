// The ffmpeg input options that an operator may set. It is an allow-list, because other options open files or use unbounded memory.
using System.Text.RegularExpressions;

namespace StreamActions.Video;

/// <summary>The allowed input options of the <c>ffmpeg</c> reader, under their ffmpeg names.</summary>
public static class ReaderInputOptions
{
    private const string Flags = "nobuffer|discardcorrupt|genpts|igndts|sortdts";

    private static readonly Dictionary<string, Rule> Rules = new(StringComparer.Ordinal)
    {
        ["analyzeduration"] = new("[0-9]{1,8}", "microseconds, up to 99999999"),
        ["buffer_size"] = new("[0-9]{4,8}", "bytes, from 1000 to 99999999", Schemes: "rtsp rtsps"),
        ["fflags"] = new($"({Flags})([+]({Flags}))*", "one or more of nobuffer, discardcorrupt, genpts, igndts and sortdts, joined by +"),
        ["flags"] = new("low_delay", "low_delay", Decoder: true),
        ["live_start_index"] = new("-?[0-9]{1,3}", "a segment's number, from the end when negative", Schemes: "http https"),
        ["max_delay"] = new("[0-9]{1,8}", "microseconds, up to 99999999"),
        ["probesize"] = new("[0-9]{2,8}", "bytes, from 10 to 99999999"),
        ["reorder_queue_size"] = new("[0-9]{1,5}", "packets, up to 99999", Schemes: "rtsp rtsps"),
        ["skip_frame"] = new("default|noref|bidir|nokey", "default, noref, bidir or nokey (only key frames)", Decoder: true)
        {
            Starves = value => value switch
            {
                "nokey" => "decodes key frames only; most cameras send one in one to four seconds, too few for a window",
                "noref" or "bidir" => "skips frames of streams that have such frames",
                _ => null,
            },
        },
        ["skip_loop_filter"] = new("default|noref|bidir|nokey|all", "default, noref, bidir, nokey or all", Decoder: true),
        ["user_agent"] = new(
            "[A-Za-z0-9 ._/;:()+-]{1,200}", "up to 200 letters, digits, spaces and ._/;:()+-", Schemes: "rtsp rtsps http https"),
    };

    /// <summary>Decoder: an option of the decoder, else of the input. Schemes: null for every source.</summary>
    private sealed record Rule(string Pattern, string Expected, string? Schemes = null, bool Decoder = false)
    {
        /// <summary>What a value does to the rate of frames; null when it does not lower it.</summary>
        public Func<string, string?> Starves { get; init; } = _ => null;
    }

    /// <summary>The names of the options.</summary>
    public static IReadOnlyCollection<string> Names => Rules.Keys;

    /// <summary>A description of the permitted values, or null when the value is permitted.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="value">The value.</param>
    public static string? Problem(string name, string value) =>
        Regex.IsMatch(value, $@"\A(?:{Rules[name].Pattern})\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)
            ? null
            : Rules[name].Expected;

    /// <summary>What a value does, when it can leave the model fewer frames than it needs; else null.</summary>
    public static string? Starves(string name, string value) => Rules[name].Starves(value);

    /// <summary>Whether the option exists for sources with this address.</summary>
    public static bool AppliesTo(string name, string address) =>
        Rules[name].Schemes is not { } schemes
        || schemes.Split(' ').Any(scheme => address.StartsWith(scheme + "://", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether it is an option of the decoder and not of the input.</summary>
    internal static bool IsForDecoder(string name) => Rules[name].Decoder;
}
