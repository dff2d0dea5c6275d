// Names events so that a replay of the same recording repeats the names: nothing but what happened goes in.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StreamActions.Worker.Events;

/// <summary>Deterministic identifiers: 32 lower-case hexadecimal digits, the first half of a SHA-256.</summary>
internal static class EventIdentity
{
    private const int Digits = 32;

    /// <summary>Shared by the begin, the updates and the end of one action.</summary>
    public static string OfAction(ActionEvent action) =>
        Hash("action", action.Camera, action.Alert, Zone(action), Instant(action.BeganAt));

    /// <summary>Of one event: an action's also depends on its phase and sequence, a camera's on its state, reason and time.</summary>
    public static string Of(StreamEvent streamEvent) => streamEvent switch
    {
        ActionEvent action => Hash(
            "action", action.Camera, action.Alert, Zone(action), Instant(action.BeganAt),
            action.Phase.ToString(), action.Sequence.ToString(CultureInfo.InvariantCulture)),
        CameraEvent camera => Hash(
            "camera", camera.Camera, camera.Blind ? "blind" : "seeing", camera.Reason, Instant(camera.Time)),
        _ => throw new ArgumentException($"no identity is defined for {streamEvent.GetType().Name}", nameof(streamEvent)),
    };

    // A zone may be named anything but the empty string, which therefore means the whole picture.
    private static string Zone(ActionEvent action) => action.Zone ?? "";

    private static string Instant(DateTimeOffset time) => time.UtcTicks.ToString(CultureInfo.InvariantCulture);

    // Each part is preceded by its length, so that no two lists of parts read alike.
    private static string Hash(params ReadOnlySpan<string> parts)
    {
        StringBuilder text = new();
        foreach (var part in parts)
            text.Append(part.Length).Append(':').Append(part);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..Digits];
    }
}
