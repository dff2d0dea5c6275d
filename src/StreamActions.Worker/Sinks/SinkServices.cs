// Registers the stage that stores events and sends them on.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Sinks;

/// <summary>Registers the stage that stores events and sends them on.</summary>
internal static class SinkServices
{
    /// <summary>
    /// Adds the <see cref="EventStore"/> and, when Kafka is named, the <see cref="KafkaRelay"/>. Hosted services stop in the
    /// reverse order of their registration: add this before whatever appends events, so that the last ones are still sent.
    /// Resolving either throws <see cref="SinkException"/> when it cannot be used.
    /// </summary>
    public static IServiceCollection AddSinks(this IServiceCollection services, SinkOptions options)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<SinkMetrics>();
        services.AddSingleton(provider => EventStore.Open(
            options.Store, relayed: options.Kafka is not null, provider.GetRequiredService<SinkMetrics>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<EventStore>>()));
        if (options.Kafka is { } kafka)
        {
            services.AddHostedService(provider => new KafkaRelay(
                provider.GetRequiredService<EventStore>(), kafka, provider.GetRequiredService<SinkMetrics>(),
                provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<KafkaRelay>>()));
        }

        return services;
    }
}
