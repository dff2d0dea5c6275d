// Deterministic event ids: replaying a recording produces the same ids, so that consumers can drop duplicates.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StreamActions.Worker.Events;

/// <summary>Computes ids: 32 lower-case hexadecimal digits, the first half of a SHA-256.</summary>
internal static class EventIdentity
{
    private const int Digits = 32;

    /// <summary>The id shared by the begin, the updates and the end of one action.</summary>
    public static string OfAction(ActionEvent action) =>
        Hash("action", action.Camera, action.Alert, Zone(action), Instant(action.BeganAt));

    /// <summary>
    /// The id of one event. An action event's id also depends on its phase and sequence. A camera event's id depends on its state,
    /// reason and time.
    /// </summary>
    public static string Of(StreamEvent streamEvent) => streamEvent switch
    {
        ActionEvent action => Hash(
            "action", action.Camera, action.Alert, Zone(action), Instant(action.BeganAt),
            action.Phase.ToString(), action.Sequence.ToString(CultureInfo.InvariantCulture)),
        CameraEvent camera => Hash("camera", camera.Camera, camera.State, camera.Reason, Instant(camera.Time)),
        _ => throw new ArgumentException($"no identity is defined for {streamEvent.GetType().Name}", nameof(streamEvent)),
    };

    // The name of a zone is never empty, so the empty string can stand for the whole picture.
    private static string Zone(ActionEvent action) => action.Zone ?? "";

    private static string Instant(DateTimeOffset time) => time.UtcTicks.ToString(CultureInfo.InvariantCulture);

    // The length before each part makes the concatenation unambiguous.
    private static string Hash(params ReadOnlySpan<string> parts)
    {
        StringBuilder text = new();
        foreach (var part in parts)
            text.Append(part.Length).Append(':').Append(part);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..Digits];
    }
}
