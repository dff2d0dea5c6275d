// One camera, or the defaults of all cameras.
using System.Globalization;
using StreamActions.Video;

namespace StreamActions.Worker.Configuration;

/// <summary>Reads cameras.</summary>
internal static class CameraSection
{
    private static readonly string[] Readers = ["auto", "ffmpeg", "opencv"];

    /// <summary>Reads a camera; null if its source is missing or invalid.</summary>
    public static CameraOptions? Read(string name, Section section)
    {
        var source = Source(section);
        var options = Common(name, source ?? new(SourceKind.File, "", ""), section);
        section.ReportUnknownKeys();
        if (source is null)
            return null;
        if (source.Kind != SourceKind.File)
        {
            CheckIsRecording(section, source, "loop");
            CheckIsRecording(section, source, "pace");
            CheckIsRecording(section, source, "started-at");
        }
        if (!source.IsSnapshot && section.HasOwn("every"))
        {
            section.Problem(section.Find("every")!.Node.Place, "every", "only a snapshot camera supports this",
                "write source: snapshot:URL, or remove the key");
        }
        if (options.Reader == CameraReader.OpenCv)
            CheckOpenCv(section, source, options);
        if (source.Kind == SourceKind.Device && options.Reader == CameraReader.Ffmpeg)
            section.Problem(section.Find("reader")!.Node.Place, "reader", "ffmpeg cannot read devices", "use opencv or auto");
        return options;
    }

    /// <summary>Checks <c>defaults.camera</c>: every key of a camera except <c>source</c>.</summary>
    public static void ReadDefaults(Section section)
    {
        Common("defaults", new(SourceKind.File, "", ""), section);
        section.ReportUnknownKeys();
    }

    private static CameraOptions Common(string name, SourceAddress source, Section section) => new()
    {
        Name = name,
        Source = source,
        Enabled = section.Flag("enabled", BuiltIn.Enabled),
        Reader = section.Choice("reader", BuiltIn.Reader, Readers) switch
        {
            "ffmpeg" => CameraReader.Ffmpeg,
            "opencv" => CameraReader.OpenCv,
            _ => source.Kind == SourceKind.Device ? CameraReader.OpenCv : CameraReader.Ffmpeg,
        },
        Loop = Applies(section, source, "loop") && section.Flag("loop", BuiltIn.Loop),
        Pace = Applies(section, source, "pace") && section.Choice("pace", BuiltIn.Pace, "realtime", "fast") == "fast"
            ? RecordingPace.Fast
            : RecordingPace.Realtime,
        StartedAt = Applies(section, source, "started-at") ? StartedAt(section) : null,
        Transport = section.Choice("transport", BuiltIn.Transport, "auto", "tcp", "udp"),
        Every = source.IsSnapshot || section.HasOwn("every") ? Every(section) : null,
        StartTimeout = StartTimeout(section),
        MaxPixels = section.Integer("max-pixels", BuiltIn.MaxPixels, 1 << 16, 1 << 28),
        Hardware = section.Choice("hardware", BuiltIn.Hardware, [.. SourceOptions.HardwareKinds]),
        InputOptions = InputOptionsSection.Read(section, source.Address),
        Zones = ZoneSection.Read(section),
        Motion = Motion(section),
        Health = new(BlindAfter(section, "frozen-after"), BlindAfter(section, "black-after"), BlindAfter(section, "corrupt-after")),
    };

    private static void CheckOpenCv(Section section, SourceAddress source, CameraOptions options)
    {
        if (source.Kind == SourceKind.Stream && !source.Address.StartsWith("rtsp", StringComparison.Ordinal))
            section.Problem(section.Find("reader")!.Node.Place, "reader", "opencv cannot read http", "use ffmpeg or auto");
        (string Key, bool IsSet)[] ffmpegOnly =
        [
            // OpenCV, too, reads RTSP over TCP.
            ("transport", options.Transport is not (BuiltIn.Transport or "tcp")),
            ("hardware", options.Hardware != BuiltIn.Hardware),
            ("input-options", options.InputOptions.Count > 0),
        ];
        foreach (var (key, isSet) in ffmpegOnly)
        {
            // Defaults are no problem: they apply to the cameras that ffmpeg reads.
            if (isSet && section.HasOwn(key))
            {
                section.Problem(section.Find(key)!.Node.Place, key, "only ffmpeg supports this, but opencv reads this camera",
                    "remove the key, or use reader: ffmpeg");
            }
        }
    }

    private static MotionSensitivity? Motion(Section section)
    {
        var gate = section.Flag("motion-gate", BuiltIn.MotionGate);
        var sensitivity = section.Choice("motion-sensitivity", BuiltIn.MotionSensitivity, "low", "normal", "high") switch
        {
            "low" => MotionSensitivity.Low,
            "high" => MotionSensitivity.High,
            _ => MotionSensitivity.Normal,
        };
        return gate ? sensitivity : null;
    }

    private static TimeSpan? Every(Section section)
    {
        if (section.Find("every") is null)
            return null;
        return section.Duration("every", TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
    }

    private static TimeSpan? StartTimeout(Section section)
    {
        var timeout = section.Duration("start-timeout", BuiltIn.StartTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        return section.Find("start-timeout") is null ? null : timeout;
    }

    private static TimeSpan? BlindAfter(Section section, string key) =>
        section.DurationOrOff(key, BuiltIn.BlindAfter, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));

    private static SourceAddress? Source(Section section)
    {
        if (section.Find("source") is not { } found)
        {
            section.Missing("source",
                "add a stream, recording or device, such as source: \"rtsp://10.0.0.5/sub\" or source: \"file:samples/aisle.mp4\"");
            return null;
        }
        if (section.Scalar(found) is not { } scalar || section.ResolveText(scalar, found) is not { } text)
            return null;
        var source = SourceParser.Parse(
            text, (what, advice) => section.Reading.Problem(scalar.Place, found.Key, what, advice));
        if (source is not null)
            section.Explain("source", source.Shown, found);
        return source;
    }

    private static DateTimeOffset? StartedAt(Section section)
    {
        if (section.Find("started-at") is not { } found || section.Scalar(found) is not { } scalar
            || section.Resolve(scalar, found) is not { } text)
            return null;
        string[] forms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        // Without an offset the time would depend on the time zone of the machine.
        if ((text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > "yyyy-MM-dd".Length)
            && DateTimeOffset.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            section.Explain("started-at", scalar.Text, found);
            return time;
        }
        section.Reading.Problem(scalar.Place, found.Key, $"'{scalar.Text}' is not a time with an offset",
            "write a time such as 2025-01-31T18:00:00+01:00 or 2025-01-31T17:00:00Z");
        return null;
    }

    /// <summary>True for recordings, and for a key of the camera itself. Other cameras skip the defaults of this key.</summary>
    private static bool Applies(Section section, SourceAddress source, string key) =>
        source.Kind == SourceKind.File || section.HasOwn(key);

    private static void CheckIsRecording(Section section, SourceAddress source, string key)
    {
        if (section.HasOwn(key))
        {
            section.Problem(section.Find(key)!.Node.Place, key,
                $"only recordings support this, but the source is a {source.Kind.ToString().ToLowerInvariant()}", "remove the key");
        }
    }
}
