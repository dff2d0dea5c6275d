// The event of a camera that became blind, or sees again.
using System.Text.Json.Serialization;

namespace StreamActions.Worker.Events;

/// <summary>A camera became blind or sees again. Consumers need it to distinguish "no alert" from "no picture".</summary>
internal sealed record CameraEvent : StreamEvent
{
    /// <summary>True for <c>blind</c>, false for <c>seeing</c>.</summary>
    [JsonIgnore]
    public required bool Blind { get; init; }

    /// <summary><c>blind</c> or <c>seeing</c>.</summary>
    [JsonPropertyOrder(1)]
    public string State => Blind ? "blind" : "seeing";

    /// <summary>Start of the state.</summary>
    [JsonPropertyOrder(2)]
    public DateTimeOffset At => Time;

    /// <summary>The reason: offline, frozen, black, corrupt, overload …</summary>
    [JsonPropertyOrder(3)]
    public required string Reason { get; init; }

    /// <summary>A sentence for the operator, without secrets.</summary>
    [JsonPropertyOrder(4)]
    public required string Detail { get; init; }
}
