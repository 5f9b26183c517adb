// The definitions are ours, written from what each name stands for; where a name's reach is known
// from long use (USERNAME takes dots, PROG takes no brackets) they keep to it. Definitions that a
// log line meets first (IPORHOST, HTTPDUSER, QUOTEDSTRING, HTTPDATE) have a twin in scan_class.cc:
// change both.

#include "text/pattern/grok_patterns.h"

#include <array>

namespace elkhorn::text {
namespace {

constexpr std::string_view general =
    R"~(
USERNAME [a-zA-Z0-9._-]+
USER %{USERNAME}
EMAILLOCALPART [A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}
EMAILADDRESS %{EMAILLOCALPART}@%{HOSTNAME}
INT (?:[+-]?[0-9]+)
BASE10NUM (?<![0-9.+-])(?>[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))
NUMBER %{BASE10NUM}
BASE16NUM (?<![0-9A-Fa-f])[+-]?(?:0x)?[0-9A-Fa-f]+
BASE16FLOAT \b(?<![0-9A-Fa-f.])[+-]?(?:0x)?(?:[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?|\.[0-9A-Fa-f]+)\b
POSINT \b[1-9][0-9]*\b
NONNEGINT \b[0-9]+\b
WORD \b\w+\b
NOTSPACE \S+
SPACE \s*
DATA .*?
GREEDYDATA .*
QUOTEDSTRING (?>(?<!\\)(?:"(?>[^\\"]+|\\.)*+"|'(?>[^\\']+|\\.)*+'|`(?>[^\\`]+|\\.)*+`))
QS %{QUOTEDSTRING}
QSCUT (?:%{QUOTEDSTRING}|"(?>[^\\"]+|\\.)*+\z)
UUID [0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}
URN urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:(?:%[0-9a-fA-F]{2}|[0-9A-Za-z()+,.:=@;$_!*'/?#-])+

MAC (?:%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC})
CISCOMAC (?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}
WINDOWSMAC (?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}
COMMONMAC (?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}
IPV4OCTET (?:25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2})
IPV4 (?<![0-9])(?:%{IPV4OCTET}\.){3}%{IPV4OCTET}(?![0-9])
IPV6GROUP [0-9A-Fa-f]{1,4}
IPV6TAIL (?:%{IPV4OCTET}\.){3}%{IPV4OCTET}
IPV6 (?=[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:)(?<![0-9A-Za-z:.])(?:(?:%{IPV6GROUP}:){7}(?:)~"
    R"~(%{IPV6GROUP}|:)|(?:%{IPV6GROUP}:){6}(?::%{IPV6GROUP}|%{IPV6TAIL}|:)|(?:)~"
    R"~(%{IPV6GROUP}:){5}(?::%{IPV6TAIL}|(?::%{IPV6GROUP}){1,2}|:)|(?:%{IPV6GROUP}:){4}(?:(?::)~"
    R"~(%{IPV6GROUP})?:%{IPV6TAIL}|(?::%{IPV6GROUP}){1,3}|:)|(?:%{IPV6GROUP}:){3}(?:(?::)~"
    R"~(%{IPV6GROUP}){0,2}:%{IPV6TAIL}|(?::%{IPV6GROUP}){1,4}|:)|(?:%{IPV6GROUP}:){2}(?:(?::)~"
    R"~(%{IPV6GROUP}){0,3}:%{IPV6TAIL}|(?::%{IPV6GROUP}){1,5}|:)|%{IPV6GROUP}:(?:(?::)~"
    R"~(%{IPV6GROUP}){0,4}:%{IPV6TAIL}|(?::%{IPV6GROUP}){1,6}|:)|:(?:(?::%{IPV6GROUP}){0,5}:)~"
    R"~(%{IPV6TAIL}|(?::%{IPV6GROUP}){1,7}|:))(?![0-9A-Za-z:])(?:%[0-9A-Za-z._-]+)?
IP (?:%{IPV6}|%{IPV4})
HOSTNAME \b[0-9A-Za-z][0-9A-Za-z-]{0,62}(?:\.[0-9A-Za-z][0-9A-Za-z-]{0,62})*(?:\.?|\b)
HOST %{HOSTNAME}
IPORHOST (?:%{IP}|%{HOSTNAME})
HOSTPORT %{IPORHOST}:%{POSINT}

PATH (?:%{UNIXPATH}|%{WINPATH})
UNIXPATH (?:/(?:[\w!$%&'()*+,.:;=@~-]|[^\x00-\x7F]|\\.)*)+
TTY /dev/(?:pts/[0-9]+|tty\w*)
WINPATH (?>[A-Za-z]+:|\\)(?:\\[^\\?*]*)+
URIPROTO [A-Za-z][A-Za-z0-9+.-]*
URIHOST %{IPORHOST}(?::%{POSINT:port})?
URIPATH (?:/[\w$.+!*'(){},~:;=@#%&|-]*)+
URIQUERY [A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\-\[\]<>]*
URIPARAM \?%{URIQUERY}
URIPATHPARAM %{URIPATH}(?:%{URIPARAM})?
URI %{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?

MONTH \b(?:[Jj]an(?:uary)?|[Ff]eb(?:ruary)?|[Mm]ar(?:ch)?|[Aa]pr(?:il)?|[Mm]ay|[Jj]une?|[Jj])~"
    R"~(uly?|[Aa]ug(?:ust)?|[Ss]ep(?:t(?:ember)?)?|[Oo]ct(?:ober)?|[Nn]ov(?:ember)?|[Dd]ec(?:emb)~"
    R"~(er)?)\b
MONTHNUM (?:0?[1-9]|1[0-2])
MONTHNUM2 (?:0[1-9]|1[0-2])
MONTHDAY (?:0[1-9]|[12][0-9]|3[01]|[1-9])
DAY (?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)
YEAR (?>\d\d){1,2}
HOUR (?:2[0-3]|[01]?[0-9])
MINUTE [0-5][0-9]
SECOND (?:(?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?)
TIME (?<![0-9])%{HOUR}:%{MINUTE}:%{SECOND}(?![0-9])
DATE_US %{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}
DATE_EU %{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}
ISO8601_TIMEZONE (?:Z|[+-]%{HOUR}(?::?%{MINUTE}))
ISO8601_SECOND %{SECOND}
TIMESTAMP_ISO8601 %{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?)~"
    R"~(%{ISO8601_TIMEZONE}?
DATE (?:%{DATE_US}|%{DATE_EU})
DATESTAMP %{DATE}[- ]%{TIME}
TZ [A-Z]{3,5}
DATESTAMP_RFC822 %{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}
DATESTAMP_RFC2822 %{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}
DATESTAMP_OTHER %{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}
DATESTAMP_EVENTLOG %{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}
HTTPDERROR_DATE %{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{YEAR}
HTTPDATE %{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}

SYSLOGTIMESTAMP %{MONTH} +%{MONTHDAY} %{TIME}
PROG [\x21-\x5a\x5c\x5e-\x7e]+
SYSLOGPROG %{PROG:program}(?:\[%{POSINT:pid}\])?
SYSLOGHOST %{IPORHOST}
SYSLOGFACILITY <%{NONNEGINT:facility}.%{NONNEGINT:priority}>
SYSLOGBASE %{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} )~"
    R"~(%{SYSLOGPROG}:
LOGLEVEL (?i:alert|trace|debug|notice|info(?:rmation)?|warn(?:ing)?|err(?:or)?|crit(?:ical)?)~"
    R"~(|fatal|severe|emerg(?:ency)?)
)~";

constexpr std::string_view web_servers =
    R"~(
HTTPDUSER (?:%{EMAILADDRESS}|%{USER})
HTTPD_COMMONLOG %{IPORHOST:clientip} %{HTTPDUSER:ident} %{HTTPDUSER:auth} \[)~"
    R"~(%{HTTPDATE:timestamp}\] "(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/)~"
    R"~(%{NUMBER:httpversion})?|%{DATA:rawrequest})" (?:-|%{NUMBER:response}) (?:-|)~"
    R"~(%{NUMBER:bytes})
HTTPD_COMBINEDLOG %{HTTPD_COMMONLOG} %{QS:referrer} %{QSCUT:agent}
HTTPD20_ERRORLOG \[%{HTTPDERROR_DATE:timestamp}\] \[%{LOGLEVEL:loglevel}\] (?:\[client )~"
    R"~(%{IPORHOST:clientip}\] )?%{GREEDYDATA:message}
HTTPD24_ERRORLOG \[%{HTTPDERROR_DATE:timestamp}\] \[(?:%{WORD:module})?:)~"
    R"~(%{LOGLEVEL:loglevel}\] \[pid %{POSINT:pid}(?::tid %{NUMBER:tid})?\](?: \()~"
    R"~(%{POSINT:proxy_errorcode}\)%{DATA:proxy_message}:)?(?: \[client %{IPORHOST:clientip}:)~"
    R"~(%{POSINT:clientport}\])?(?: %{DATA:errorcode}:)? %{GREEDYDATA:message}
HTTPD_ERRORLOG (?:%{HTTPD20_ERRORLOG}|%{HTTPD24_ERRORLOG})
COMMONAPACHELOG %{HTTPD_COMMONLOG}
COMBINEDAPACHELOG %{HTTPD_COMBINEDLOG}

HAPROXYTIME (?<![0-9])%{HOUR:haproxy_hour}:%{MINUTE:haproxy_minute}(?::)~"
    R"~(%{SECOND:haproxy_second})(?![0-9])
HAPROXYDATE %{MONTHDAY:haproxy_monthday}/%{MONTH:haproxy_month}/%{YEAR:haproxy_year}:)~"
    R"~(%{HAPROXYTIME:haproxy_time}\.%{INT:haproxy_milliseconds}
HAPROXYCAPTUREDREQUESTHEADERS %{DATA:captured_request_headers}
HAPROXYCAPTUREDRESPONSEHEADERS %{DATA:captured_response_headers}
HAPROXYCOUNTS %{INT:actconn}/%{INT:feconn}/%{INT:beconn}/%{INT:srvconn}/%{NOTSPACE:retries})~"
    R"~( %{INT:srv_queue}/%{INT:backend_queue}
HAPROXYURI (?:%{URIPROTO:http_proto}://)?(?:%{USER:http_user}(?::[^@]*)?@)?(?:)~"
    R"~(%{URIHOST:http_host})?(?:%{URIPATHPARAM:http_request})?
HAPROXYHTTPREQUESTLINE (?:<BADREQ>|(?:%{WORD:http_verb} %{HAPROXYURI})(?: HTTP/)~"
    R"~(%{NUMBER:http_version})?)
HAPROXYHTTPBASE %{IP:client_ip}:%{INT:client_port} \[%{HAPROXYDATE:accept_date}\] )~"
    R"~(%{NOTSPACE:frontend_name} %{NOTSPACE:backend_name}/%{NOTSPACE:server_name} )~"
    R"~(%{INT:time_request}/%{INT:time_queue}/%{INT:time_backend_connect}/)~"
    R"~(%{INT:time_backend_response}/%{NOTSPACE:time_duration} %{INT:http_status_code} )~"
    R"~(%{NOTSPACE:bytes_read} %{DATA:captured_request_cookie} %{DATA:captured_response_cookie})~"
    R"~( %{NOTSPACE:termination_state} %{HAPROXYCOUNTS} (?:\{)~"
    R"~(%{HAPROXYCAPTUREDREQUESTHEADERS}\})?(?: )?(?:\{%{HAPROXYCAPTUREDRESPONSEHEADERS}\})?(?:)~"
    R"~( )?"%{HAPROXYHTTPREQUESTLINE}"?
HAPROXYHTTP (?:%{SYSLOGTIMESTAMP:syslog_timestamp}|%{TIMESTAMP_ISO8601:timestamp8601}) )~"
    R"~(%{IPORHOST:syslog_server} %{SYSLOGPROG}: %{HAPROXYHTTPBASE}
HAPROXYTCP (?:%{SYSLOGTIMESTAMP:syslog_timestamp}|%{TIMESTAMP_ISO8601:timestamp8601}) )~"
    R"~(%{IPORHOST:syslog_server} %{SYSLOGPROG}: %{IP:client_ip}:%{INT:client_port} \[)~"
    R"~(%{HAPROXYDATE:accept_date}\] %{NOTSPACE:frontend_name} %{NOTSPACE:backend_name}/)~"
    R"~(%{NOTSPACE:server_name} %{INT:time_queue}/%{INT:time_backend_connect}/)~"
    R"~(%{NOTSPACE:time_duration} %{NOTSPACE:bytes_read} %{NOTSPACE:termination_state} )~"
    R"~(%{HAPROXYCOUNTS}

SQUID3 %{NUMBER:timestamp}\s+%{NUMBER:duration}\s%{IP:client_address}\s)~"
    R"~(%{WORD:cache_result}/%{NONNEGINT:status_code}\s%{NUMBER:bytes}\s)~"
    R"~(%{WORD:request_method}\s%{NOTSPACE:url}\s(?:%{NOTSPACE:user}|-)\s)~"
    R"~(%{WORD:hierarchy_code}/%{IPORHOST:server}\s%{NOTSPACE:content_type}

S3_REQUEST_LINE (?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|)~"
    R"~(%{DATA:rawrequest})
S3_ACCESS_LOG %{WORD:owner} %{NOTSPACE:bucket} \[%{HTTPDATE:timestamp}\] %{IP:clientip} )~"
    R"~(%{NOTSPACE:requester} %{NOTSPACE:request_id} %{NOTSPACE:operation} %{NOTSPACE:key})~"
    R"~( (?:"%{S3_REQUEST_LINE}"|-) (?:%{INT:response:int}|-) (?:-|%{NOTSPACE:error_code}) (?:)~"
    R"~(%{INT:bytes:int}|-) (?:%{INT:object_size:int}|-) (?:%{INT:request_time_ms:int}|-) (?:)~"
    R"~(%{INT:turnaround_time_ms:int}|-) (?:%{QS:referrer}|-) (?:"?%{QS:agent}"?|-) (?:-|)~"
    R"~(%{NOTSPACE:version_id})
ELB_URIPATHPARAM %{URIPATH:path}(?:%{URIPARAM:params})?
ELB_URI %{URIPROTO:proto}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST:urihost})?(?:%{ELB_URIPATHPARAM})?
ELB_REQUEST_LINE (?:%{WORD:verb} %{ELB_URI:request}(?: HTTP/%{NUMBER:httpversion})?|)~"
    R"~(%{DATA:rawrequest})
ELB_ACCESS_LOG %{TIMESTAMP_ISO8601:timestamp} %{NOTSPACE:elb} %{IP:clientip}:)~"
    R"~(%{INT:clientport:int} (?:%{IP:backendip}:%{INT:backendport:int}|-) )~"
    R"~(%{NUMBER:request_processing_time:float} %{NUMBER:backend_processing_time:float} )~"
    R"~(%{NUMBER:response_processing_time:float} %{INT:response:int} (?:)~"
    R"~(%{INT:backend_response:int}|-) %{INT:received_bytes:int} %{INT:bytes:int} ")~"
    R"~(%{ELB_REQUEST_LINE}"
)~";

constexpr std::string_view systems =
    R"~(
SYSLOG5424PRINTASCII [!-~]+
SYSLOGBASE2 (?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp8601}) (?:)~"
    R"~(%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource}(?: %{SYSLOGPROG}:|)
SYSLOGPAMSESSION %{SYSLOGBASE} (?=%{GREEDYDATA:message})%{WORD:pam_module}\()~"
    R"~(%{DATA:pam_caller}\): session %{WORD:pam_session_state} for user )~"
    R"~(%{USERNAME:username}(?: by %{GREEDYDATA:pam_by})?
CRON_ACTION [A-Z ]+
CRONLOG %{SYSLOGBASE} \(%{USER:user}\) %{CRON_ACTION:action} \(%{DATA:message}\)
SYSLOGLINE %{SYSLOGBASE2} %{GREEDYDATA:message}
SYSLOG5424PRI <%{NONNEGINT:syslog5424_pri}>
SYSLOG5424SD \[%{DATA}\]+
SYSLOG5424BASE %{SYSLOG5424PRI}%{NONNEGINT:syslog5424_ver} +(?:-|)~"
    R"~(%{TIMESTAMP_ISO8601:syslog5424_ts}) +(?:-|%{IPORHOST:syslog5424_host}) +(?:-|)~"
    R"~(%{SYSLOG5424PRINTASCII:syslog5424_app}) +(?:-|%{SYSLOG5424PRINTASCII:syslog5424_proc}))~"
    R"~( +(?:-|%{SYSLOG5424PRINTASCII:syslog5424_msgid}) +(?:-|%{SYSLOG5424SD:syslog5424_sd}|)
SYSLOG5424LINE %{SYSLOG5424BASE} +%{GREEDYDATA:syslog5424_msg}

JAVACLASS (?:[A-Za-z_$][\w$]*\.)*[A-Za-z_$][\w$]*
JAVAFILE [\w. -]+
JAVAMETHOD (?:<(?:cl)?init>|[A-Za-z_$][\w$]*)
JAVASTACKTRACEPART %{SPACE}at %{JAVACLASS:class}\.%{JAVAMETHOD:method}\()~"
    R"~(%{JAVAFILE:file}(?::%{NUMBER:line})?\)
JAVATHREAD (?:[A-Z]{2}-Processor\d+)
JAVALOGMESSAGE .*
CATALINA_DATESTAMP %{MONTH} %{MONTHDAY}, 20%{YEAR} %{HOUR}:?%{MINUTE}(?::?%{SECOND}) (?:AM|PM)
TOMCAT_DATESTAMP 20%{YEAR}-%{MONTHNUM}-%{MONTHDAY} %{HOUR}:?%{MINUTE}(?::?%{SECOND}) )~"
    R"~(%{ISO8601_TIMEZONE}
CATALINALOG %{CATALINA_DATESTAMP:timestamp} %{JAVACLASS:class} %{JAVALOGMESSAGE:logmessage}
TOMCATLOG %{TOMCAT_DATESTAMP:timestamp} \| %{LOGLEVEL:level} \| %{JAVACLASS:class} - )~"
    R"~(%{JAVALOGMESSAGE:logmessage}

REDISTIMESTAMP %{MONTHDAY} %{MONTH} %{TIME}
REDISLOG \[%{POSINT:pid}\] %{REDISTIMESTAMP:timestamp} \*
MONGO_WORDDASH \b[\w-]+\b
MONGO_LOG %{SYSLOGTIMESTAMP:timestamp} \[%{WORD:component}\] %{GREEDYDATA:message}
MONGO3_SEVERITY \w
MONGO3_COMPONENT (?:%{WORD}|-)
MONGO3_LOG %{TIMESTAMP_ISO8601:timestamp} %{MONGO3_SEVERITY:severity} )~"
    R"~(%{MONGO3_COMPONENT:component}%{SPACE}(?:\[%{DATA:context}\])? %{GREEDYDATA:message}
POSTGRESQL %{DATESTAMP:timestamp} %{TZ} %{DATA:user_id} %{GREEDYDATA:connection_id} %{POSINT:pid}
RUBY_LOGLEVEL (?:DEBUG|FATAL|ERROR|WARN|INFO)
RUBY_LOGGER [DFEWI], \[%{TIMESTAMP_ISO8601:timestamp} #%{POSINT:pid}\] *)~"
    R"~(%{RUBY_LOGLEVEL:loglevel} -- +%{DATA:progname}: %{GREEDYDATA:message}
NAGIOSTIME \[%{NUMBER:nagios_epoch}\]
MAVEN_VERSION (?:\d+\.\d+(?:\.\d+)?)(?:[.-](?:RELEASE|SNAPSHOT))?
)~";

constexpr std::array<std::string_view, 3> all_texts = {general, web_servers, systems};

}  // namespace

std::span<const std::string_view> standard_patterns() {
    return all_texts;
}

}  // namespace elkhorn::text
